import { opencode } from './agents/opencode.ts';
import { behavesInASession } from './behaves.ts';

behavesInASession(opencode);
