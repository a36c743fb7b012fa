import type { WriteStream } from 'node:tty';

/** Select Graphic Rendition parameters (ECMA-48, section 8.3.117). */
const CODES = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;

/** Colours for `stream`: none unless it is a terminal and NO_COLOR (no-color.org) is unset or empty. */
export function paintFor(
  stream: Pick<WriteStream, 'isTTY'>,
  env: NodeJS.ProcessEnv = process.env,
): (colour: keyof typeof CODES, text: string) => string {
  if (!stream.isTTY || env.NO_COLOR || env.TERM === 'dumb') return (_, text) => text;
  return (colour, text) => `\x1b[${CODES[colour]}m${text}\x1b[0m`;
}
