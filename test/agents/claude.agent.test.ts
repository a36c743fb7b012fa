import { claude } from './agents/claude.ts';
import { behavesInASession } from './behaves.ts';

behavesInASession(claude);
