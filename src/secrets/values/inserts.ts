import type { Detector, Hit, Match } from '../engine/detector.ts';
import { nameKind } from './names.ts';
import { tierNear } from './real-values.ts';
import { valueTier } from './value-strength.ts';

const COLUMNS =
  /insert\s{1,4}(?:ignore\s{1,4})?into\s{1,4}[\w."`[\]]{1,100}\s{0,4}\(([\w\s,"`[\].]{3,800})\)\s{0,8}values\s{0,8}(?=\()/iy;
/** A value of a tuple: a literal, with its quotes doubled or escaped inside, or an expression without commas. */
const VALUE =
  /\s{0,40}(?:N?'((?:[^'\\\r\n]|\\.|''){0,400})'|(?:[^,()'\r\n]|\([^()'\r\n]{0,80}\)){1,120}|\w{0,20}\('[^'\r\n]{0,200}'\))\s{0,40}([,)])/dy;
const NEXT_TUPLE = /\s{0,8},\s{0,40}\(/y;
const TUPLES = 64;

/** `INSERT INTO users (…, password, …) VALUES (…)`: the literals of the column that says password. Hashes are none. */
export const SQL_INSERT: Detector = {
  id: 'sql.password',
  tier: 'likely',
  words: ['insert into', 'insert ignore into'],
  bounded: { before: true },
  reach: { before: 240, after: 8000 },
  rank: 0,
  look: lookAtInsert,
};

function lookAtInsert({ text, at, path }: Hit): readonly Match[] {
  COLUMNS.lastIndex = at;
  const names = COLUMNS.exec(text)?.[1]?.split(',') ?? [];
  const column = names.findIndex(
    (name) => nameKind(name.trim().replace(/["`[\]]/g, '')) === 'password',
  );
  if (column < 0) return [];
  const matches: Match[] = [];
  let position = COLUMNS.lastIndex + 1;
  for (let tuple = 0; tuple < TUPLES; tuple++) {
    for (let i = 0; i < names.length; i++) {
      VALUE.lastIndex = position;
      const found = VALUE.exec(text);
      if (!found || (found[2] === ')') !== (i === names.length - 1)) return matches;
      const span = i === column ? found.indices?.[1] : undefined;
      if (span) matches.push(...literal({ text, path }, span[0], span[1]));
      position = VALUE.lastIndex;
    }
    NEXT_TUPLE.lastIndex = position;
    if (!NEXT_TUPLE.test(text)) break;
    position = NEXT_TUPLE.lastIndex;
  }
  return matches;
}

function literal(hit: Pick<Hit, 'text' | 'path'>, start: number, end: number): Match[] {
  const value = hit.text.slice(start, end);
  // As long as a digest is: what is stored in such a column more often than passwords.
  if (
    /^(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(value) ||
    /\s/.test(value)
  )
    return [];
  const tier = valueTier('password', value, { quoted: true, settings: true });
  const known = tier && tierNear(hit, tier, { value, at: start });
  return known ? [{ start, end, tier: known }] : [];
}
