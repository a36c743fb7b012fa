/** Percent-encoding of RFC 3986, section 2.1, on strings in which each character is one byte (latin1). Never throws. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(parseInt(hex, 16)),
  );
}

/** As a query and a form have it, where `+` is a space (WHATWG URL, application/x-www-form-urlencoded). */
export function formDecode(text: string): string {
  return percentDecode(text.replaceAll('+', ' '));
}

/** Everything but the unreserved characters. */
export function percentEncode(text: string): string {
  return text.replace(
    /[^\w.~-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** As bytes go over the wire: one character each. */
export function wireText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
