import type { Json } from './types.ts';

/**
 * Stands in arguments where the wire does not show the value, or shows more than one: a variable that was not sent, a file, a
 * name given twice. Compare by identity. Whatever a rule asks of it or of anything below it holds, unless the rule loosens.
 */
export const UNSEEN: Json = Object.freeze({ unseen: true });
