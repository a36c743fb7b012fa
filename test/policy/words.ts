/** Splits an example the way a shell splits plain words: quotes and backslashes, nothing expanded. */
export function words(line: string): string[] {
  const out: string[] = [];
  let word: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === ' ') {
      if (word !== null) out.push(word);
      word = null;
    } else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw new Error(`unclosed quote: ${line}`);
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (character === '"') {
      word ??= '';
      for (at += 1; line[at] !== '"'; at += 1) {
        if (at >= line.length) throw new Error(`unclosed quote: ${line}`);
        if (line[at] === '\\' && /["\\$`]/.test(line[at + 1] ?? '')) at += 1;
        word += line[at] ?? '';
      }
    } else if (character === '\\') {
      at += 1;
      word = (word ?? '') + (line[at] ?? '');
    } else word = (word ?? '') + character;
  }
  if (word !== null) out.push(word);
  return out;
}
