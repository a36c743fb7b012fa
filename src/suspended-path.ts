/**
 * What the launcher's shell executes inside to tell the exec gate that the command was stopped. Nothing is there: the gate
 * holds the call for as long as guard itself is stopped, and answers that there is no such file.
 */
export const SUSPENDED_PATH = '/run/guard/suspended';
