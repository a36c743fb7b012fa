export { parentOf } from './process-stat.ts';
