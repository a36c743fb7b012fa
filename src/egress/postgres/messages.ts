import { printable } from '../../printable.ts';

/** A message of either side: type, length, content (protocol-message-formats). */
export function message(type: string, content: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

export function text(...strings: readonly string[]): Buffer {
  return Buffer.from(strings.map((string) => `${string}\0`).join(''));
}

export function int32(...numbers: readonly number[]): Buffer {
  const buffer = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => buffer.writeInt32BE(number, index * 4));
  return buffer;
}

export interface Problem {
  severity: 'ERROR' | 'FATAL';
  /** SQLSTATE. */
  code: string;
  text: string;
  hint?: string;
}

export function errorResponse({ severity, code, text: what, hint }: Problem): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${printable(what, 1000)}`];
  if (hint) fields.push(`H${printable(hint, 1000)}`);
  return message('E', Buffer.concat([text(...fields), Buffer.from([0])]));
}

/** The fields of an ErrorResponse or NoticeResponse, by their letter. */
export function fieldsOf(content: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of content.toString('utf8').split('\0'))
    if (field) fields.set(field.slice(0, 1), field.slice(1));
  return fields;
}

export function readyForQuery(status: string): Buffer {
  return message('Z', Buffer.from(status, 'latin1'));
}

/** A statement that a policy refused. SQLSTATE 42501: insufficient privilege. */
export function refused(rule: string, reason: string): Problem {
  return {
    severity: 'ERROR',
    code: '42501',
    text: `guard: refused: ${rule}: ${reason}`,
    hint: 'Do not try another way; tell the user.',
  };
}
