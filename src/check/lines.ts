import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Characters of one line; what is longer is answered, not read. */
export const LONGEST_LINE = 1024 * 1024;

/** The lines of a stream, one by one; null for one that is too long. No more of the stream is held than a line and a chunk. */
export async function* linesOf(stream: Readable): AsyncGenerator<string | null> {
  const decoder = new StringDecoder('utf8');
  let pending: string[] = [];
  let length = 0;
  let tooLong = false;
  for await (const chunk of stream) {
    const text = decoder.write(chunk as Buffer);
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      length += end - start;
      if (tooLong || length > LONGEST_LINE) yield null;
      else yield pending.join('') + text.slice(start, end);
      [pending, length, tooLong] = [[], 0, false];
      start = end + 1;
    }
    length += text.length - start;
    if (length > LONGEST_LINE) [pending, tooLong] = [[], true];
    else pending.push(text.slice(start));
  }
  const last = pending.join('') + decoder.end();
  if (tooLong) yield null;
  else if (last !== '') yield last;
}
