import { gemini } from './agents/gemini.ts';
import { behavesInASession } from './behaves.ts';

behavesInASession(gemini);
