import { setFlagsFromString } from 'node:v8';

/**
 * V8's second engine takes over from a backtracking one that goes astray, and is linear. It is experimental, so patterns
 * are written not to need it. Has to be set before the first regular expression is made: import it first.
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
