/** Shorter ones cannot be told from ordinary text, and their placeholders could be guessed. */
export const SHORTEST_VALUE = 8;
/** Servers accept heads of 8 to 32 KiB; the longest usual credential is a session token of about 2 KiB. */
const LONGEST_VALUE = 16 * 1024;

/** Why a value cannot be a credential, or null. The answer never holds the value. */
export function unusable(value: string): string | null {
  if (value === '') return 'it is empty';
  if (/[\r\n]/.test(value)) return 'it has more than one line, and no header can carry that';
  if (hasControl(value)) return 'it holds a control character';
  if (value.trim() !== value) return 'it begins or ends with white space';
  const length = Buffer.byteLength(value);
  if (length < SHORTEST_VALUE)
    return `it is shorter than ${SHORTEST_VALUE} characters, too short to be told from ordinary text`;
  if (length > LONGEST_VALUE) return `it is longer than ${LONGEST_VALUE / 1024} KiB`;
  if (!/[A-Za-z0-9\u0080-\uffff]/.test(value)) return 'it holds neither letters nor digits';
  return null;
}

function hasControl(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
