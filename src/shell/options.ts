export interface Options {
  flags: Map<string, string[]>;
  operands: string[];
}

/** A command line as getopt(3) reads it: `letters` take a value, and so do the long options that `long` names. */
export function optionsOf(args: readonly string[], letters: string, long: RegExp): Options {
  const flags = new Map<string, string[]>();
  const operands: string[] = [];
  const add = (name: string, value: string): void => {
    const values = flags.get(name);
    if (values) values.push(value);
    else flags.set(name, [value]);
  };
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') return { flags, operands: [...operands, ...args.slice(at + 1)] };
    if (word.startsWith('--')) {
      const end = word.indexOf('=');
      const name = word.slice(2, end < 0 ? undefined : end);
      add(name, end >= 0 ? word.slice(end + 1) : long.test(name) ? (args[(at += 1)] ?? '') : '');
    } else if (word.startsWith('-') && word.length > 1) {
      for (let letter = 1; letter < word.length; letter += 1) {
        const name = word[letter] ?? '';
        if (!letters.includes(name)) add(name, '');
        else {
          add(name, word.slice(letter + 1) || (args[(at += 1)] ?? ''));
          break;
        }
      }
    } else operands.push(word);
  }
  return { flags, operands };
}
