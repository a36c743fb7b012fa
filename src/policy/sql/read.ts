import type { SqlClass } from '../rules/pack.ts';
import { readingsOf, type Reading } from './dialects.ts';
import { finding, type Context, type Finding } from './finding.ts';
import { spareRemade, TemporaryTables } from './spared.ts';
import { statements } from './split.ts';
import { classify } from './statement.ts';
import type { Dialect, SqlStatement } from './types.ts';

/** Characters. What is longer would hold guard up, above all where many readings count. */
const LONGEST = 2 * 1024 * 1024;
const LONGEST_ANY = 256 * 1024;
const MOST = 20_000;
const TOO_LONG = 'it is longer than guard reads';

/**
 * The statements of a text, in their order, each with what it would do. Never throws: what cannot be read is
 * `unknown`. Empty for a text without a statement (blank, or only comments). Where a text can be read in several ways,
 * what any of them would do beyond reading is there too.
 */
export function readSql(text: string, dialect: Dialect): SqlStatement[] {
  if (text.length > (dialect === 'any' ? LONGEST_ANY : LONGEST)) return [unknown(TOO_LONG)];
  const readings = readingsOf(dialect, text);
  if (!readings) return [unknown('too many versions of it would have to be read')];
  const [first, ...others] = readings.map((reading) => readAs(text, reading));
  if (!first) return [];
  const all = merge(
    dialect === 'any' ? usable([first, ...others]) : [first, ...others.map(soundPart)],
  );
  if (text.includes('\0')) all.push(unknown('it holds a NUL'));
  return all.length > MOST ? [...all.slice(0, MOST), unknown(TOO_LONG)] : all;
}

interface Read {
  statements: SqlStatement[];
  /** How many of them come before the place where the reading's server would give up; null where it takes all. */
  sound: number | null;
}

function readAs(text: string, reading: Reading): Read {
  const context: Context = { reading, body: false, depth: 0 };
  const read: Read = { statements: [], sound: null };
  const temporary = new TemporaryTables();
  for (const tokens of statements(text, reading)) {
    if (tokens[0]?.kind === 'broken') read.sound = read.statements.length;
    read.statements.push(...spread(temporary.spare(classify(tokens, context), tokens, reading)));
    if (read.statements.length > MOST) break;
  }
  return { ...read, statements: spareRemade(read.statements) };
}

/** One for each thing acted on. */
function spread(found: Finding): SqlStatement[] {
  const { class: kind, verb, because } = found;
  const kinds = new Set<SqlClass>(found.kinds);
  const base = { class: kind, verb, ...(because ? { because } : {}), kinds };
  if (found.targets.length === 0) return [{ ...base, target: null }];
  return found.targets.map((target) => ({ ...base, target }));
}

/** What a server would run of a text that it does not take as a whole. */
function soundPart({ statements: all, sound }: Read): Read {
  return { statements: sound === null ? all : all.slice(0, sound), sound };
}

/** Of a text for some server, the first reading that one would take leads. */
function usable(reads: Read[]): Read[] {
  const lead = reads.findIndex(({ sound }) => sound === null);
  if (lead < 0) return reads;
  return [reads[lead] as Read, ...reads.filter((_, index) => index !== lead).map(soundPart)];
}

/** The first reading's statements, and what others would do beyond reading. */
function merge([first, ...others]: Read[]): SqlStatement[] {
  const all = [...(first?.statements ?? [])];
  const key = ({ class: kind, verb, target }: SqlStatement) => `${kind}\0${verb}\0${target}`;
  const seen = new Set(all.map(key));
  for (const statement of others.flatMap((read) => read.statements)) {
    if (statement.class === 'read' || seen.has(key(statement))) continue;
    seen.add(key(statement));
    all.push(statement);
  }
  return all;
}

function unknown(because: string): SqlStatement {
  return spread(finding('unknown', 'SQL', null, because))[0] as SqlStatement;
}
