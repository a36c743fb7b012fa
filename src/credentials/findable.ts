import { knownPrefixLength } from '../secrets/prefixes.ts';
import { isPublicValue } from '../secrets/public-value.ts';
import { SHORTEST_VALUE } from './usable-value.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** `someLongName`, `SOME`, `2024`: what a person writes is made of such runs, and of few of them. */
const RUN = /[A-Z]?[a-z]+|[A-Z]+|\d+/g;
/** Words in names are longer than this on average; runs of random letters are shorter. */
const SHORT_WORD = 3.5;
/** `mycoolproject2024v2` has four runs; a random word of 16 base-36 characters has six or more, nearly always. */
const RUNS_OF_A_TOKEN = 5;
/** For what is shorter or has punctuation in it: this many runs, short ones, and more of them than of separators. */
const RUNS_OF_A_PASSWORD = 6;
const SHORT_RUN = 3;

/**
 * Is a value so unlike what people write that finding it in a request says it leaked? The files that guard covers are
 * full of settings that were taken for secrets in doubt; looked for everywhere, `acme-prod-bucket` would stop honest
 * requests. So only what looks random is looked for: a known prefix, a UUID, a long run of digits or letters, or letters
 * and digits in turn. `password`, `localhost`, `true`, dates, host names, addresses and passphrases are not.
 *
 * `declared`: the user said that this is a credential; then only public values and plain words are left out.
 */
export function isFindable(value: string, declared = false): boolean {
  if (Buffer.byteLength(value) < SHORTEST_VALUE || isPublicValue('', value)) return false;
  if (knownPrefixLength(value) > 0 || UUID.test(value)) return true;
  const chunks = value.split(/[^A-Za-z0-9]+/).filter(Boolean);
  if (chunks.some(isToken)) return true;
  if (declared) return !/^[A-Z]?[a-z]*[^A-Za-z]{0,4}$/.test(value) && !/^\d+$/.test(value);
  const runs = chunks.flatMap((chunk) => chunk.match(RUN) ?? []);
  // Times and versions are digits between marks.
  if (!runs.some((run) => /[A-Za-z]/.test(run) && !/^[TZvV]$/.test(run))) return false;
  const marks = value.replace(/[\w./:@,;\s-]/g, '').length;
  const separators = value.replace(/[^_./:@,;\s-]/g, '').length;
  const pieces = runs.length + marks;
  const length = chunks.join('').length + marks;
  // `api-v2-us-east-1-db-01` has as many.
  return pieces >= RUNS_OF_A_PASSWORD && length < pieces * SHORT_RUN && separators * 3 <= pieces;
}

function isToken(chunk: string): boolean {
  if (/\d{16}|[a-z]{20}|[A-Z]{20}|^[0-9a-fA-F]{32}/.test(chunk)) return true;
  const runs = chunk.match(RUN) ?? [];
  // `aLongNameInCode` and `ALongNameV2` are names; `QkZrTnWmPaXcVbLs` has too short words for one.
  const name = /^[A-Za-z]*\d{0,4}$/.test(chunk);
  if (chunk.length < 16 || runs.length < RUNS_OF_A_TOKEN) return false;
  return !name || chunk.length < runs.length * SHORT_WORD;
}
