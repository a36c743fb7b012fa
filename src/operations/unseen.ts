export { UNSEEN } from '../policy/unseen.ts';
