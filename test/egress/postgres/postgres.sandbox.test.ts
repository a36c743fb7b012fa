import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from './session-authority.ts';
import { PLACEHOLDER, startGate, type Gate } from './gate.ts';
import { binaries, PASSWORDS, startPostgres, type TestServer } from './server.ts';
import type { PostgresOptions } from '../../../src/egress/postgres/types.ts';

/** Without PostgreSQL's own programs there is nothing to try. */
const available = binaries() !== null;
let server: TestServer;
const gates: Gate[] = [];
const clients: pg.Client[] = [];

beforeAll(async () => {
  if (!available) return;
  server = await startPostgres();
  server.sql('create table users (id int primary key, name text); grant all on users to public');
  server.sql("insert into users select i, 'user ' || i from generate_series(1, 100) i");
  server.sql('alter table users owner to scram');
});
afterAll(() => server?.stop());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end().catch(() => undefined)));
  for (const gate of gates.splice(0)) gate.close();
});

async function gateTo(options: Partial<PostgresOptions> = {}): Promise<Gate> {
  const gate = await startGate(server, options);
  gates.push(gate);
  return gate;
}

async function clientOf(gate: Gate, options: pg.ClientConfig = {}): Promise<pg.Client> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: gate.port,
    user: 'scram',
    password: PLACEHOLDER,
    database: 'postgres',
    ...options,
  });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** psql, as a session would run it. */
function psql(
  gate: Gate,
  args: string[],
  env: Record<string, string> = {},
  input = '',
): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      join(binaries() ?? '', 'psql'),
      ['-X', '-At', '-h', '127.0.0.1', '-p', String(gate.port), '-U', 'scram', ...args, 'postgres'],
      {
        env: {
          PATH: process.env['PATH'],
          PGPASSWORD: PLACEHOLDER,
          PGCONNECT_TIMEOUT: '20',
          ...env,
        },
        maxBuffer: 1 << 28,
      },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const refusedWith = (error: unknown): string => (error as pg.DatabaseError).code ?? '';

describe.skipIf(!available)('a login', () => {
  it.each(['scram', 'md5'] as const)(
    'is made outside with %s, and inside with the placeholder',
    async (user) => {
      const gate = await gateTo();
      const client = await clientOf(gate, { user });
      const { rows } = await client.query<{ current_user: string }>('select current_user');
      expect(rows).toEqual([{ current_user: user }]);
      expect(gate.sent()).not.toContain(PASSWORDS[user]);
      expect(gate.sent()).not.toContain(PLACEHOLDER);
    },
  );

  it('is refused without the placeholder, before anything is dialled', async () => {
    const gate = await gateTo();
    for (const password of ['wrong', PASSWORDS.scram, '']) {
      const error: unknown = await clientOf(gate, { password }).catch((why: unknown) => why);
      expect(refusedWith(error)).toBe('28P01');
    }
    expect(gate.sent()).toBe('');
  });

  it('tells what the server says of guard’s own login, without the password', async () => {
    const password = 'wrong-real-password';
    const gate = await gateTo({ login: (user) => Promise.resolve({ ok: true, user, password }) });
    const error: unknown = await clientOf(gate).catch((why: unknown) => why);
    expect(refusedWith(error)).toBe('28P01');
    expect(JSON.stringify(error)).not.toContain(password);
  });

  it('sends a password as it is only through TLS', async () => {
    const plain = await gateTo();
    const error: unknown = await clientOf(plain, { user: 'plain' }).catch((why: unknown) => why);
    expect(refusedWith(error)).toBe('28000');
    expect(plain.sent()).not.toContain(PASSWORDS.plain);
    const secure = await gateTo({
      upstreamTls: 'verify-full',
      upstreamTlsOptions: { ca: server.ca },
    });
    const client = await clientOf(secure, { user: 'plain' });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('verifies the server’s certificate, its CA and its name', async () => {
    const right = await gateTo({
      upstreamTls: 'verify-full',
      upstreamTlsOptions: { ca: server.ca },
    });
    const { rows } = await (
      await clientOf(right)
    ).query<{ ssl: boolean }>('select ssl from pg_stat_ssl where pid = pg_backend_pid()');
    expect(rows).toEqual([{ ssl: true }]);
    for (const wrong of [
      { upstreamTls: 'verify-full' as const },
      {
        upstreamTls: 'verify-full' as const,
        upstreamTlsOptions: { ca: server.ca },
        host: 'other.test',
      },
    ]) {
      const error: unknown = await clientOf(await gateTo(wrong)).catch((why: unknown) => why);
      expect(refusedWith(error)).toBe('08001');
    }
  });

  it('passes on no setting that says who speaks, and no replication', async () => {
    const gate = await gateTo();
    for (const options of [
      '-c role=owner',
      '-csession_authorization=owner',
      '--role=owner',
      '-c standard_conforming_strings=off',
      '-d 5',
      'x',
    ]) {
      const ran = await psql(gate, ['-c', 'select 1'], { PGOPTIONS: options });
      expect(ran.stderr).toContain('guard does not pass on the start-up parameter');
    }
    const replication = await clientOf(gate, { replication: 'database' } as pg.ClientConfig).catch(
      (why: unknown) => why,
    );
    expect(refusedWith(replication)).toBe('0A000');
    const fine = await psql(gate, ['-c', 'show search_path'], {
      PGOPTIONS: '-c search_path=a,public -c application_name=a\\ b -c statement_timeout=9s',
    });
    expect(fine.stdout).toContain('public');
    expect(gate.sent()).not.toContain('owner');
  });

  it('speaks UTF8 with the server whatever the client asks for', async () => {
    const gate = await gateTo();
    const { stdout } = await psql(gate, ['-c', 'show client_encoding'], {
      PGCLIENTENCODING: 'SJIS',
    });
    expect(stdout.trim()).toBe('UTF8');
  });
});

describe.skipIf(!available)('TLS inside', () => {
  it('is spoken with the session’s certificate', async () => {
    const authority = createAuthority('db.test');
    const gate = await gateTo({ tls: createSecureContext(authority) });
    const client = await clientOf(gate, {
      ssl: { ca: authority.ca, servername: 'db.test', rejectUnauthorized: true },
    });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    const ran = await psql(gate, ['-c', 'select 2', '-c', '\\conninfo'], { PGSSLMODE: 'require' });
    expect(ran.stdout).toContain('SSL connection');
  });

  it('is refused without one, and psql goes on in the clear', async () => {
    const gate = await gateTo();
    expect((await psql(gate, ['-c', 'select 1'])).stdout).toBe('1\n');
    expect((await psql(gate, ['-c', 'select 1'], { PGSSLMODE: 'require' })).code).not.toBe(0);
  });
});

describe.skipIf(!available)('statements', () => {
  it('pass with psql: queries, COPY both ways, transactions, errors of the server', async () => {
    const gate = await gateTo();
    expect((await psql(gate, ['-c', 'select name from users where id = 7'])).stdout).toBe(
      'user 7\n',
    );
    const copied = await psql(gate, ['-c', '\\copy (select * from users order by id) to stdout']);
    expect(copied.stdout.split('\n')).toHaveLength(101);
    const script = `begin;
create temporary table t (a int, b text);
\\copy t from stdin
1\tx
2\ty
\\.
select sum(a) from t;
select 1/0;
rollback;
select 'after';
`;
    const ran = await psql(gate, [], {}, script);
    expect(ran.stdout).toContain('3\n');
    expect(ran.stdout).toContain('after\n');
    expect(ran.stderr).toContain('division by zero');
  });

  it('pass with a driver: parameters, named statements, cursors of rows, several at once', async () => {
    const gate = await gateTo();
    const client = await clientOf(gate);
    expect((await client.query('select name from users where id = $1', [7])).rows).toEqual([
      { name: 'user 7' },
    ]);
    for (const id of [1, 2, 3]) {
      const { rows } = await client.query({
        name: 'by-id',
        text: 'select name from users where id = $1',
        values: [id],
      });
      expect(rows).toEqual([{ name: `user ${id}` }]);
    }
    const all = await Promise.all(
      [1, 2, 3, 4].map((id) => client.query('select $1::int as id', [id])),
    );
    expect(all.map(({ rows }) => (rows as { id: number }[])[0]?.id)).toEqual([1, 2, 3, 4]);
    const many = (await client.query(
      'select 1 as a; select 2 as b',
    )) as unknown as pg.QueryResult[];
    expect(many.map(({ rows }) => rows as unknown)).toEqual([[{ a: 1 }], [{ b: 2 }]]);
    await expect(client.query('select 1/0')).rejects.toMatchObject({ code: '22012' });
    // Judged when it was named, not each time.
    expect(gate.calls.filter(([name]) => name === 'sql SELECT').length).toBeLessThanOrEqual(10);
  });

  const DESTROYING = [
    'drop table users',
    'DROP /* x */ TABLE users',
    'truncate users',
    'delete from users',
    'delete from users where 1 = 1',
    'update users set name = null',
    'with gone as (delete from users returning *) select count(*) from gone',
    'explain analyze delete from users',
    'do $$ begin drop table users; end $$',
    'select 1; drop table users',
    'begin; drop table users; commit',
    "select E'a'\n'\\''; drop table users; --'",
    'select 1 --\r; drop table users',
    'prepare p as drop table users',
    'alter table users drop column name',
  ];

  it.each(DESTROYING)(
    'that destroy are refused, and the server never sees them: %s',
    async (statement) => {
      const gate = await gateTo();
      const client = await clientOf(gate);
      await client.query('select 1');
      const sent = gate.sent().length;
      for (const attempt of [
        () => client.query(statement),
        () => client.query({ text: statement, queryMode: 'extended' } as pg.QueryConfig),
      ]) {
        const error: unknown = await attempt().catch((why: unknown) => why);
        expect(error).toMatchObject({
          code: '42501',
          hint: 'Do not try another way; tell the user.',
        });
        expect((error as Error).message).toContain('guard: refused: postgres.destroy: it would');
      }
      expect(gate.sent().slice(sent)).toBe('');
      expect(server.log()).not.toContain(statement);
      expect((await client.query('select count(*)::int as n from users')).rows).toEqual([
        { n: 100 },
      ]);
    },
  );

  it('are refused in psql, too, which shows why', async () => {
    const gate = await gateTo();
    const ran = await psql(gate, ['-c', 'drop table users']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      'ERROR:  guard: refused: postgres.destroy: it would sql DROP TABLE',
    );
    expect(ran.stderr).toContain('HINT:  Do not try another way; tell the user.');
    expect(server.log()).not.toContain('drop table users');
  });

  it('refused in a transaction end it, as any error does', async () => {
    const gate = await gateTo();
    const client = await clientOf(gate);
    await client.query('begin');
    await client.query('update users set name = $1 where id = 1', ['changed']);
    await expect(client.query('truncate users')).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await expect(client.query('drop table users')).rejects.toMatchObject({ code: '42501' });
    await client.query('commit');
    expect(server.sql('select name from users where id = 1').trim()).toBe('user 1');
    await client.query('begin');
    await expect(
      client.query({ text: 'truncate users', queryMode: 'extended' } as pg.QueryConfig),
    ).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
    await client.query('rollback');
    expect(server.log()).not.toContain('truncate users');
  });

  it('of a session may be prepared and executed by name', async () => {
    const gate = await gateTo();
    const client = await clientOf(gate);
    await client.query('prepare p (int) as select name from users where id = $1');
    expect((await client.query('execute p(7)')).rows).toEqual([{ name: 'user 7' }]);
    await expect(client.query('execute p(pg_backend_pid())')).rejects.toMatchObject({
      code: '42501',
    });
    await client.query('begin');
    await client.query('declare c cursor for select id from users order by id');
    expect((await client.query('fetch 2 from c')).rows).toHaveLength(2);
    await client.query('commit');
  });

  it('cannot change how texts are read', async () => {
    const gate = await gateTo();
    const client = await clientOf(gate);
    for (const text of [
      'set standard_conforming_strings = off',
      "set client_encoding = 'SJIS'",
      "select set_config('client_encoding', 'GBK', false)",
    ])
      await expect(client.query(text)).rejects.toMatchObject({ code: '42501' });
  });

  it('end the connection when the server changes the encoding all the same', async () => {
    const gate = await gateTo();
    gate.decide = () => Promise.resolve({ allowed: true });
    const client = await clientOf(gate);
    await expect(client.query("set client_encoding = 'SJIS'")).rejects.toThrow();
    expect(gate.notices.join()).toContain('encoding');
  });

  it('of a function by number are asked about', async () => {
    const gate = await gateTo();
    const wire = await rawSession(gate);
    wire.send('F', Buffer.from('000004e0000000000000' + '0000', 'hex'));
    expect(await wire.until('Z')).toEqual(expect.arrayContaining(['E']));
    expect(gate.calls.flat()).toContain('sql FUNCTION CALL');
    wire.close();
  });
});

describe.skipIf(!available)('while a statement is held', () => {
  it('nothing of it and of what follows is sent, and the order stays', async () => {
    const gate = await gateTo();
    const client = await clientOf(gate);
    const asked = new Promise<(allow: boolean) => void>((resolve) => {
      gate.decide = ({ operations }) =>
        operations.some((operation) => operation.class === 'destroy')
          ? new Promise((answer) =>
              resolve((allow) =>
                answer(allow ? { allowed: true } : { allowed: false, rule: 'r', reason: 'no' }),
              ),
            )
          : Promise.resolve({ allowed: true });
    });
    server.sql('create table held (a int); alter table held owner to scram');
    // Pipelined: node-postgres queues, so the wire is used as it is.
    const wire = await rawSession(gate);
    wire.send('Q', 'select 1111\0');
    wire.send('Q', 'drop table held\0');
    wire.send('Q', 'select 2222\0');
    const answer = await asked;
    await wire.until('Z');
    expect(gate.sent()).toContain('select 1111');
    expect(gate.sent()).not.toContain('drop table held');
    expect(gate.sent()).not.toContain('select 2222');
    expect(server.log()).not.toContain('drop table held');
    answer(true);
    expect(await wire.until('Z')).toContain('C');
    expect(await wire.until('Z')).toContain('D');
    expect(gate.sent().indexOf('drop table held')).toBeLessThan(gate.sent().indexOf('select 2222'));
    expect(server.log()).toContain('drop table held');
    wire.close();
    await client.end();
  });

  it('a cancellation ends the question', async () => {
    const gate = await gateTo();
    let held: () => void = () => undefined;
    const holding = new Promise<void>((resolve) => (held = resolve));
    gate.decide = (_, signal) =>
      new Promise((answer) => {
        held();
        signal.addEventListener('abort', () => answer({ allowed: true }));
      });
    const wire = await rawSession(gate);
    wire.send('Q', 'drop table users\0');
    await holding;
    await sendCancel(gate, wire.key);
    expect(await wire.until('Z')).toContain('E');
    expect(gate.sent()).not.toContain('drop table');
    wire.close();
  });

  it('a client that leaves ends the question', async () => {
    const gate = await gateTo();
    const left = new Promise<void>((resolve) => {
      gate.decide = (_, signal) =>
        new Promise(() => signal.addEventListener('abort', () => resolve()));
    });
    const wire = await rawSession(gate);
    wire.send('Q', 'drop table users\0');
    wire.close();
    await left;
    expect(gate.sent()).not.toContain('drop table');
  });

  it('in a pipeline before Sync, what came before it ends with it', async () => {
    const gate = await gateTo();
    const wire = await rawSession(gate);
    wire.parse("update users set name = 'piped' where id = 2");
    wire.parse('drop table users');
    wire.parse('select 3333');
    wire.send('S');
    const types = await wire.until('Z');
    expect(types.filter((type) => type === 'E')).toHaveLength(1);
    expect(wire.text()).toContain('guard: refused');
    expect(wire.text()).not.toContain('syntax error');
    expect(gate.sent()).not.toContain('select 3333');
    expect(server.sql('select name from users where id = 2').trim()).toBe('user 2');
    wire.parse('select 4444');
    wire.send('S');
    expect(await wire.until('Z')).toContain('D');
    wire.close();
  });
});

describe.skipIf(!available)('large things', () => {
  it('stream: results, COPY in, parameters', async () => {
    const gate = await gateTo();
    const client = await clientOf(gate);
    const { rows } = await client.query<{ n: number; pad: string }>(
      "select n, repeat('x', 1000) as pad from generate_series(1, 50000) n",
    );
    expect(rows).toHaveLength(50_000);
    expect(rows.at(-1)).toEqual({ n: 50_000, pad: 'x'.repeat(1000) });
    const big = 'y'.repeat(20 * 1024 * 1024);
    expect((await client.query('select length($1::text) as n', [big])).rows).toEqual([
      { n: big.length },
    ]);
    expect(
      (await client.query<{ r: string }>("select repeat('z', 20000000) as r")).rows[0]?.r.length,
    ).toBe(20_000_000);
    const input = Array.from({ length: 100_000 }, (_, n) => `${n}\t${'w'.repeat(50)}\n`).join('');
    const ran = await psql(
      gate,
      [],
      {},
      `create temp table c (n int, t text);\n\\copy c from stdin\n${input}\\.\nselect count(*) from c;\n`,
    );
    expect(ran.stdout).toContain('100000\n');
  });

  it('do not pile up in guard when the client does not read', async () => {
    const gate = await gateTo();
    const wire = await rawSession(gate);
    wire.pause();
    wire.send('Q', "select repeat('x', 10000) from generate_series(1, 40000)\0");
    // The server waits for its client, and nothing moves any more: all on the way are full.
    let [before, still] = [-1, 0];
    await waitFor(() => {
      const waits = server.sql("select wait_event from pg_stat_activity where usename = 'scram'");
      still = waits.includes('ClientWrite') && gate.received() === before ? still + 1 : 0;
      before = gate.received();
      return still === 10 || before > 300_000_000;
    });
    expect(before).toBeLessThan(50_000_000);
    wire.close();
  });

  it('statements longer than guard reads are refused, and the connection lives', async () => {
    const gate = await gateTo({ limits: { statement: 100_000 } });
    const client = await clientOf(gate);
    await expect(client.query(`select '${'x'.repeat(200_000)}'`)).rejects.toMatchObject({
      code: '42501',
    });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe.skipIf(!available)('a cancellation', () => {
  it('reaches the server under guard’s own key', async () => {
    const gate = await gateTo();
    const wire = await rawSession(gate);
    wire.send('Q', 'select pg_sleep(600)\0');
    await waitFor(() =>
      server
        .sql(
          "select 1 from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'",
        )
        .includes('1'),
    );
    await sendCancel(gate, Buffer.from('0000000100000002', 'hex'));
    await sendCancel(gate, wire.key);
    expect(await wire.until('Z')).toContain('E');
    expect(wire.text()).toContain('57014');
    wire.close();
  });
});

describe.skipIf(!available)('what is no PostgreSQL', () => {
  it.each<[string, Buffer]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a length of nothing', Buffer.alloc(8)],
    ['protocol 2', Buffer.from('0000000800020000', 'hex')],
    ['parameters without end', Buffer.from('0000000c0003000075736572', 'hex')],
    ['the same parameter twice', start('user\0a\0user\0b\0\0')],
    ['something behind the parameters', start('user\0a\0\0role\0b\0\0')],
    ['a TLS hello without TLS', Buffer.from('16030100050100000100', 'hex')],
    ['encryption asked for twice', Buffer.from('0000000804d2162f0000000804d2162f', 'hex')],
  ])('is ended: %s', async (_, bytes) => {
    const gate = await gateTo();
    const socket = connect(gate.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    await new Promise((resolve) => socket.resume().once('close', resolve));
    expect(gate.sent()).toBe('');
  });

  it.each([
    ['an unknown message', 'z', 'x'],
    ['a password after the login', 'p', 'x\0'],
    ['a query without end', 'Q', 'drop table users'],
    ['a query with two ends', 'Q', 'select 1\0drop table users\0'],
    ['text that is not UTF-8', 'Q', Buffer.from("select '\xff'\0", 'latin1')],
  ])('is not passed on: %s', async (_, type, content) => {
    const gate = await gateTo();
    const wire = await rawSession(gate);
    const sent = gate.sent().length;
    wire.send(type, content);
    await wire.errorOrEnd();
    expect(gate.sent().slice(sent)).toBe('');
    wire.close();
  });
});

function start(parameters: string): Buffer {
  const body = Buffer.concat([Buffer.from('00030000', 'hex'), Buffer.from(parameters)]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([length, body]);
}

async function sendCancel(gate: Gate, key: Buffer): Promise<void> {
  const socket = connect(gate.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(Buffer.concat([Buffer.from('0000001004d2162e', 'hex'), key]));
  await new Promise((resolve) => socket.resume().once('close', resolve));
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

interface Wire {
  key: Buffer;
  send(type: string, content?: Buffer | string): void;
  /** Parse, Bind, Execute. */
  parse(statement: string): void;
  /** Types of the messages up to one, that one included. */
  until(type: string): Promise<string[]>;
  errorOrEnd(): Promise<void>;
  /** All that came, as text. */
  text(): string;
  pause(): void;
  close(): void;
}

/** The protocol by hand, logged in. */
async function rawSession(gate: Gate): Promise<Wire> {
  const socket = connect(gate.port, '127.0.0.1');
  let buffer = Buffer.alloc(0);
  let all = '';
  let ended = false;
  let wake = () => undefined as void;
  socket.on('error', () => undefined);
  socket.on('close', () => {
    ended = true;
    wake();
  });
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    all += chunk.toString('latin1');
    wake();
  });
  const next = async (): Promise<{ type: string; content: Buffer }> => {
    for (;;) {
      const length = buffer.length >= 5 ? buffer.readInt32BE(1) : Infinity;
      if (buffer.length > length) {
        const found = {
          type: buffer.toString('latin1', 0, 1),
          content: Buffer.from(buffer.subarray(5, length + 1)),
        };
        buffer = buffer.subarray(length + 1);
        return found;
      }
      if (ended) throw new Error(`the connection ended: ${all}`);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const wire: Wire = {
    key: Buffer.alloc(0),
    send(type, content = Buffer.alloc(0)) {
      const bytes = Buffer.from(content as string);
      const head = Buffer.alloc(5);
      head.write(type);
      head.writeInt32BE(bytes.length + 4, 1);
      socket.write(Buffer.concat([head, bytes]));
    },
    parse(statement) {
      wire.send('P', Buffer.concat([Buffer.from(`\0${statement}\0`), Buffer.alloc(2)]));
      wire.send('B', Buffer.alloc(8));
      wire.send('E', Buffer.alloc(5));
    },
    async until(type) {
      const types: string[] = [];
      for (;;) {
        const found = await next();
        types.push(found.type);
        if (found.type === 'K') wire.key = found.content;
        if (found.type === type) return types;
      }
    },
    async errorOrEnd() {
      try {
        await wire.until('E');
      } catch {
        // It ended.
      }
    },
    text: () => all,
    pause: () => void socket.pause(),
    close: () => void socket.destroy(),
  };
  socket.write(start('user\0scram\0database\0postgres\0\0'));
  await wire.until('R');
  wire.send('p', `${PLACEHOLDER}\0`);
  await wire.until('Z');
  return wire;
}
