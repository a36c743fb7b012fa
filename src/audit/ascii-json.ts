/**
 * JSON with a line feed at its end, in which every character but those that ASCII shows is an escape: whoever reads it on a
 * terminal sees no control character of a file's name, and programs read the same.
 */
export function asciiJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(/[\u007f-\uffff]/g, escaped)}\n`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
