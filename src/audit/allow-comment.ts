/** `guard:allow RULE -- reason`, in whatever comment a language has. */
export interface AllowComment {
  /** A rule's name, or `provider.*`. */
  rule: string;
  /** Null where none is given: then the comment does not count. */
  reason: string | null;
}

const COMMENT = /guard:allow[ \t]{1,8}([a-z0-9][a-z0-9._*-]{0,100})/g;
const LONGEST_REASON = 200;

/** Every such comment in a line. */
export function allowComments(line: string): AllowComment[] {
  return [...line.matchAll(COMMENT)].map((match, index, all) => {
    const end = match.index + match[0].length;
    const next = all[index + 1]?.index ?? line.length;
    return { rule: match[1] ?? '', reason: reasonIn(line.slice(end, next)) };
  });
}

/** Does a rule as it is written in a comment or a profile (`provider.kind`, `provider.*`, `*`) mean this one? */
export function meansRule(written: string, rule: string): boolean {
  if (written === '*') return true;
  return written.endsWith('.*') ? rule.startsWith(written.slice(0, -1)) : written === rule;
}

function reasonIn(rest: string): string | null {
  const after = /^[ \t]{1,8}--[ \t]/.exec(rest);
  if (!after) return null;
  const reason = rest
    .slice(after[0].length, after[0].length + LONGEST_REASON)
    // What ends a comment: `*/`, `-->`, `#}`, `%>`.
    .replace(/[ \t]{0,8}(?:\*\/|--+>|[#%-]?[}>])[^]{0,200}$/, '')
    .trim();
  return /[\p{L}\p{N}]/u.test(reason) ? reason : null;
}
