/**
 * What a text (a request body, a line of code) plainly says, whichever of the usual escapes it is written in. It finds
 * what is spelled out; it does not run anything, so a name put together from pieces is left to the other layers.
 */

/** `\u0064`, `\x64`, `%64` as the character they stand for, compatibility forms folded (NFKC, Unicode TR15). */
export function plainText(text: string): string {
  let out = text;
  if (/\\[ux]|%/.test(out))
    out = out
      .replace(/\\u\{?0*([0-9a-f]{2,4})\}?/gi, fromHex)
      .replace(/\\x([0-9a-f]{2})/gi, fromHex)
      .replace(/%([0-9a-f]{2})/gi, fromHex);

  return /[^\u0000-\u007f]/.test(out) ? out.normalize('NFKC') : out;
}

function fromHex(_match: string, digits: string): string {
  return String.fromCharCode(parseInt(digits, 16));
}

/** Whether one of the identifiers occurs as a whole. */
export function mentionsWord(text: string, words: ReadonlySet<string>): boolean {
  for (const [word] of text.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)) if (words.has(word)) return true;
  return false;
}

/** Whether one of the hosts is mentioned, curl's `{a,b}` and `[1-3]` patterns understood as anything. */
export function mentionsHost(text: string, hosts: readonly string[]): boolean {
  const lower = text.toLowerCase();
  if (hosts.some((host) => containsName(lower, host))) return true;
  if (!/[{[]/.test(lower)) return false;
  for (const [candidate] of lower.matchAll(/[a-z0-9.-]*[{[][a-z0-9.,{}[\]-]*/g))
    if (hosts.some((host) => couldBe(candidate, host))) return true;
  return false;
}

/** The host of a URL as curl reads one, scheme or not; null when there is none. */
export function hostOfUrl(text: string): string | null {
  const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:@]*)/i.exec(
    plainText(text.slice(0, 4096)),
  );
  const host = (match?.[1] ?? '').toLowerCase().replace(/\.$/, '');
  return host === '' ? null : host;
}

function containsName(text: string, host: string): boolean {
  for (let at = text.indexOf(host); at >= 0; at = text.indexOf(host, at + 1)) {
    const before = text[at - 1] ?? '';
    const after = text.slice(at + host.length, at + host.length + 2);
    if (!/[a-z0-9-]/.test(before) && !/^(?:[a-z0-9-]|\.[a-z0-9])/.test(after)) return true;
  }
  return false;
}

/** Patterns are short in earnest; an endless one is taken to fit. */
function couldBe(pattern: string, host: string): boolean {
  if (pattern.length > 500) return true;
  const pieces = pattern.split(/\{[^}]*\}?|\[[^\]]*\]?/).filter((piece) => piece !== '');
  let at = 0;
  for (const piece of pieces) {
    const found = host.indexOf(piece.replace(/^\/+/, ''), at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return pieces.length > 0;
}
