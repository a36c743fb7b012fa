import type { Dialect } from './types.ts';

/** One way to read the characters of a text: what differs in a way that hides or shows a statement. */
export interface Reading {
  family: Exclude<Dialect, 'any'>;
  /** Kinds of quotes in which a backslash takes the next character along. */
  escapes: string;
  /** Quote characters and what they hold. */
  quotes: Readonly<Record<string, 'string' | 'name'>>;
  /** `]]` stands for `]` (SQL Server), or ends it (SQLite). */
  bracket: 'none' | 'plain' | 'doubled';
  /** `#` to the end of the line; `blank`: only before a blank or `!` (ClickHouse). */
  hash: 'none' | 'always' | 'blank';
  /** `--` to the end of the line; `blank`: only before a blank (MySQL). */
  dash: 'always' | 'blank';
  /** Whether a carriage return ends a line comment. */
  returnEnds: boolean;
  /** Comments nest. */
  nested: boolean;
  /** What a `/*!NNNNN` comment of MySQL is: code up to this version of the server. null: a comment. */
  version: number | null;
  /** MariaDB: versions from 50700 to 99999 are skipped, and `/*M!` counts. */
  mariadb: boolean;
  /** `$tag$`, only `$$` (Snowflake), or none. */
  dollar: 'tags' | 'plain' | 'none';
  /** All white space of Unicode separates words; else such characters are letters. */
  wideSpace: boolean;
  /** `E''`, strings that go on in the next line, and psql's commands. */
  postgres: boolean;
  /** Two statements may follow each other with nothing between them (SQL Server, procedures). */
  adjacent: boolean;
}

const POSTGRES: Reading = {
  family: 'postgres',
  escapes: '',
  quotes: { "'": 'string', '"': 'name' },
  bracket: 'none',
  hash: 'none',
  dash: 'always',
  returnEnds: true,
  nested: true,
  version: null,
  mariadb: false,
  dollar: 'tags',
  wideSpace: false,
  postgres: true,
  adjacent: false,
};
/** `standard_conforming_strings = off`. */
const POSTGRES_OFF: Reading = { ...POSTGRES, escapes: "'" };
const PLAIN: Reading = { ...POSTGRES, nested: false, dollar: 'none', postgres: false };
const MYSQL: Reading = {
  ...PLAIN,
  family: 'mysql',
  escapes: `'"`,
  quotes: { "'": 'string', '"': 'string', '`': 'name' },
  hash: 'always',
  dash: 'blank',
  returnEnds: false,
  version: Infinity,
  adjacent: true,
};
const SQLITE: Reading = {
  ...PLAIN,
  family: 'sqlite',
  quotes: { "'": 'string', '"': 'name', '`': 'name' },
  bracket: 'plain',
  returnEnds: false,
};
const MSSQL: Reading = {
  ...PLAIN,
  family: 'mssql',
  bracket: 'doubled',
  nested: true,
  wideSpace: true,
  adjacent: true,
};
const CLICKHOUSE: Reading = {
  ...PLAIN,
  family: 'clickhouse',
  escapes: `'"\``,
  quotes: { "'": 'string', '"': 'name', '`': 'name', '‘': 'string', '“': 'name' },
  hash: 'blank',
  returnEnds: false,
  nested: true,
  dollar: 'tags',
  wideSpace: true,
};
const BIGQUERY: Reading = {
  ...PLAIN,
  family: 'bigquery',
  escapes: `'"\``,
  quotes: { "'": 'string', '"': 'string', '`': 'name' },
  hash: 'always',
  wideSpace: true,
  adjacent: true,
};
const SNOWFLAKE: Reading = {
  ...PLAIN,
  family: 'snowflake',
  escapes: "'",
  dollar: 'plain',
  wideSpace: true,
  adjacent: true,
};

/** More versions than this in one text cannot be told apart in sensible time. */
const VERSIONS = 4;
/** What some reading treats in its own way. Without any of it all readings are one. */
const DOUBTFUL =
  /[\\`["$#\r\u0080-\uffff]|--|\/\*|\/\/|'''|[@:][\w$]+\(|(?:^|[\n;])[ \t]*(?:[.:!][a-zA-Z!]|!!|(?:system|source|pager|tee)[ \t])/i;

/**
 * The readings that count for a text; the first is how a server reads it whose settings are the usual ones. null: too
 * many.
 */
export function readingsOf(dialect: Dialect, text: string): Reading[] | null {
  switch (dialect) {
    case 'postgres':
      return text.includes('\\') ? [POSTGRES, POSTGRES_OFF] : [POSTGRES];
    case 'mysql':
      return mysql(text);
    case 'sqlite':
      return [SQLITE];
    case 'mssql':
      return withReturns(text, MSSQL);
    case 'clickhouse':
      return text.includes('/*') ? [CLICKHOUSE, { ...CLICKHOUSE, nested: false }] : [CLICKHOUSE];
    case 'bigquery':
      return [BIGQUERY];
    case 'snowflake':
      return withReturns(text, SNOWFLAKE);
    case 'any':
      return any(text);
  }
}

function any(text: string): Reading[] | null {
  if (!DOUBTFUL.test(text)) return [{ ...POSTGRES, adjacent: true }];
  const all: Reading[] = [];
  for (const dialect of [
    'postgres',
    'mysql',
    'sqlite',
    'mssql',
    'clickhouse',
    'bigquery',
    'snowflake',
  ] as const) {
    const readings = readingsOf(dialect, text);
    if (!readings) return null;
    all.push(...readings);
  }
  return all.map((reading) => ({ ...reading, adjacent: true }));
}

/** Which of CR and LF ends a comment there is not documented: both count. */
function withReturns(text: string, reading: Reading): Reading[] {
  if (!text.includes('\r')) return [reading];
  return [
    { ...reading, returnEnds: false },
    { ...reading, returnEnds: true },
  ];
}

/** With `sql_mode` as it is by default, with ANSI_QUOTES, with NO_BACKSLASH_ESCAPES; of every version that matters. */
function mysql(text: string): Reading[] | null {
  const modes = [MYSQL];
  if (text.includes('\\')) {
    modes.push({ ...MYSQL, escapes: '' });
    if (text.includes('"')) modes.push({ ...MYSQL, escapes: "'" });
  }
  const versions = new Set<number>();
  let marked = false;
  let maria = false;
  for (const [, letter, number = ''] of text.matchAll(/\/\*(M?)!(\d{5,6})?/g)) {
    marked = true;
    maria ||= letter !== '' || number >= '507';
    if (number) versions.add(Number(number));
    if (versions.size > VERSIONS) return null;
  }
  if (!marked) return modes;
  return modes.flatMap((mode) =>
    [Infinity, 0, ...versions].flatMap((version) => [
      { ...mode, version },
      ...(maria ? [{ ...mode, version, mariadb: true }] : []),
    ]),
  );
}
