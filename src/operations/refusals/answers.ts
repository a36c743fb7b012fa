import type { Answer } from '../../egress/inspect/types.ts';
import type { HeaderList } from '../types.ts';

export function textAnswer(status: number, text: string): Answer {
  return answer(status, 'text/plain; charset=utf-8', text);
}

export function jsonAnswer(
  status: number,
  value: unknown,
  type = 'application/json',
  headers: HeaderList = [],
): Answer {
  return answer(status, type, `${JSON.stringify(value)}\n`, headers);
}

export function answer(
  status: number,
  type: string,
  body: string | Buffer,
  headers: HeaderList = [],
): Answer {
  return {
    status,
    headers: [['content-type', type], ['cache-control', 'no-store'], ...headers],
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

/** All values of a header, as one; empty where it is not there. */
export function headerOf(headers: HeaderList, name: string): string {
  return headers.flatMap(([own, value]) => (own === name ? [value] : [])).join(', ');
}
