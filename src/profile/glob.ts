// Patterns are matched by micromatch, which turns them into regular expressions. What is refused here is what could
// make such an expression slow on a long path (untrusted repositories write patterns too) or mean something unexpected.
const MAX_LENGTH = 512;
const MAX_STARS_IN_A_SEGMENT = 3;
const MAX_GLOBSTARS = 2;
const MAX_BRACES = 3;

const CONTROL = /[\u0000-\u001f\u007f]/;

/** What is wrong with a glob, for people; null when it is good. */
export function checkGlob(glob: string): string | null {
  if (!glob) return 'expected a pattern, not nothing';
  if (glob.length > MAX_LENGTH) return `longer than ${MAX_LENGTH} characters`;
  if (CONTROL.test(glob)) return 'a control character is in it';
  if (glob.startsWith('!')) return '"!" is not supported: name exceptions in files.expose';
  if (/[()|\\]/.test(glob)) return 'no "(", ")", "|" or "\\" can stand in a pattern: write "?"';
  return checkSegments(glob) ?? checkBrackets(glob);
}

function checkSegments(glob: string): string | null {
  const segments = glob.split('/');
  if (segments.includes('..')) return '".." is not allowed: patterns stay inside the repository';
  if (segments.includes('.') || segments.includes('')) return 'leave out "./" and "//"';
  if (segments.filter((segment) => segment === '**').length > MAX_GLOBSTARS)
    return `more than ${MAX_GLOBSTARS} "**"`;
  for (const segment of segments) {
    if (segment !== '**' && segment.includes('**')) return '"**" must be a whole part of the path';
    if (segment.split('*').length - 1 > MAX_STARS_IN_A_SEGMENT)
      return `more than ${MAX_STARS_IN_A_SEGMENT} "*" between two "/"`;
  }
  return null;
}

function checkBrackets(glob: string): string | null {
  // micromatch negates a set with "^" only.
  if (glob.includes('[!')) return 'write "[^…]" instead of "[!…]"';
  for (const set of glob.match(/\[\^?[^[\]{}/*?]+\]/g) ?? [])
    if (!isSet(set)) return `"${set}" is not a set of characters`;
  const sets = glob.replace(/\[\^?[^[\]{}/*?]+\]/g, 'x');
  if (/[[\]]/.test(sets)) return 'a "[" without its "]"';
  const groups = sets.match(/\{[^{}/]*\}/g) ?? [];
  if (groups.length > MAX_BRACES) return `more than ${MAX_BRACES} "{…}"`;
  if (/[{}]/.test(sets.replace(/\{[^{}/]*\}/g, ''))) return 'a "{" without its "}"';
  for (const group of groups) {
    if (group.includes('..')) return 'a range "{1..9}" is not supported: write "[1-9]"';
    if (!group.includes(',')) return 'a "{…}" needs at least two alternatives: "{a,b}"';
  }
  return null;
}

function isSet(text: string): boolean {
  try {
    return new RegExp(text).source.length > 0;
  } catch {
    return false;
  }
}
