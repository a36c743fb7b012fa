import { REDACTED, type Redact } from './redactor.ts';
import { SECRET_OPTION } from './redact-shapes.ts';

/** curl(1), wget(1), http(1): the next argument is `user:password`. */
const USER_OPTION = /^(?:-u|--user|--proxy-user|-U)$/;

/** Redaction of piece `index` of an argument vector, where the piece before may say what this one is. */
export function redactArgv(
  argv: readonly string[],
  redact: Redact,
): (piece: string, index: number) => string {
  return (piece, index) => {
    const before = argv[index - 1] ?? '';
    if (index > 0 && SECRET_OPTION.test(before) && !piece.startsWith('-')) return REDACTED;
    const user = USER_OPTION.test(before) ? /^([^:\s]{0,256}:)./s.exec(piece)?.[1] : undefined;
    return user === undefined ? redact(piece) : redact(user) + REDACTED;
  };
}
