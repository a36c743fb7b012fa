import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answers } from '../../../src/egress/postgres/answers.ts';
import { operationsOf } from '../../../src/egress/postgres/calls.ts';
import { errorResponse, fieldsOf, message, text } from '../../../src/egress/postgres/messages.ts';
import { readAsked } from '../../../src/egress/postgres/parameters.ts';
import { md5Password, scram } from '../../../src/egress/postgres/scram.ts';
import { readStartup } from '../../../src/egress/postgres/startup.ts';

describe('what comes back', () => {
  const content = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
  const one = fc
    .tuple(fc.constantFrom('T', 'D', 'd', 'C', 'A', '1', 'Z', 'I'), content)
    .map(([type, bytes]) => (type === 'Z' ? message('Z', Buffer.from('T')) : message(type, bytes)));

  it('goes on as it was, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(one),
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (messages, sizes) => {
          const answers = new Answers(['secret']);
          const whole = Buffer.concat(messages);
          const out: Buffer[] = [];
          for (let at = 0; at < whole.length;) {
            const size = Number(sizes.next().value);
            out.push(...answers.push(whole.subarray(at, at + size)));
            at += size;
          }
          expect(Buffer.concat(out)).toEqual(whole);
          expect(answers.between).toBe(true);
        },
      ),
    );
  });

  it('has no password in its errors and notices, however it is cut', () => {
    const bytes = Buffer.concat([
      errorResponse({ severity: 'ERROR', code: '22000', text: 'it is s3cret, s3cret!' }),
      message('N', text('Ms3cret', '')),
    ]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const answers = new Answers(['s3cret']);
      const out = Buffer.concat([
        ...answers.push(bytes.subarray(0, cut)),
        ...answers.push(bytes.subarray(cut)),
      ]);
      expect(out.toString()).not.toContain('s3cret');
      expect(fieldsOf(out.subarray(5)).get('M')).toBe('it is ***, ***!');
    }
  });

  it('is guard’s own refusal in place of the error of what was sent instead', () => {
    const answers = new Answers([]);
    const name = answers.standIn({ severity: 'ERROR', code: '42501', text: 'refused' });
    const theirs = errorResponse({
      severity: 'ERROR',
      code: '42601',
      text: `syntax error at or near "${name}"`,
    });
    expect(fieldsOf(Buffer.concat(answers.push(theirs)).subarray(5)).get('C')).toBe('42501');
    expect(fieldsOf(Buffer.concat(answers.push(theirs)).subarray(5)).get('C')).toBe('42601');
  });

  it('may not ask for a login again, change the encoding, or have no length', () => {
    expect(() => new Answers([]).push(message('R', Buffer.alloc(4)))).toThrow();
    expect(() => new Answers([]).push(message('S', text('client_encoding', 'SJIS')))).toThrow();
    expect(() => new Answers([]).push(message('S', text('client_encoding', 'UTF8')))).not.toThrow();
    expect(() => new Answers([]).push(Buffer.from('4400000003', 'hex'))).toThrow();
  });
});

describe('a start-up packet', () => {
  it('is read strictly, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const startup = readStartup(
            Buffer.concat([Buffer.from('00030000', 'hex'), Buffer.from(bytes)]),
          );
          expect(startup.kind).toBe('start');
        } catch (error) {
          expect((error as Error).constructor.name).toBe('Malformed');
        }
      }),
    );
  });

  it.each<[Record<string, string>, boolean]>([
    [{ user: 'a' }, true],
    [{ user: 'a', database: 'b', application_name: 'c', client_encoding: 'SJIS' }, true],
    [{ database: 'b' }, false],
    [{ user: 'a', role: 'postgres' }, false],
    [{ user: 'a', replication: 'true' }, false],
    [{ user: 'a', replication: 'database' }, false],
    [{ user: 'a', replication: 'off' }, true],
    [{ user: 'a', options: '-c statement_timeout=1s --lock-timeout=2s' }, true],
    [{ user: 'a', options: '-c role=postgres' }, false],
    [{ user: 'a', options: '-c statement_timeout=1s -c' }, false],
    [{ user: 'a', options: '-S 5' }, false],
    [{ user: 'a', options: '' }, true],
    [{ user: 'a', session_authorization: 'postgres' }, false],
    [{ user: 'a', '_pq_.x': '1' }, true],
  ])('%j may go on: %s', (parameters, ok) => {
    expect(readAsked(new Map(Object.entries(parameters))).ok).toBe(ok);
  });
});

describe('a password', () => {
  // RFC 7677, section 3; PostgreSQL sends no user name in SCRAM, so the proof is not the RFC's.
  it('is proven by SCRAM-SHA-256, and the server has to prove it, too', async () => {
    const exchange = scram('pencil', 'rOprNGfwEbeRWgbNEkqO');
    expect(exchange.first).toBe('n,,n=,r=rOprNGfwEbeRWgbNEkqO');
    const final = await exchange.final(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    );
    expect(final).toMatch(
      /^c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj\)hNlF\$k0,p=[A-Za-z0-9+/]{43}=$/,
    );
    expect(exchange.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(false);
  });

  it.each([
    'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'r=nonce,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0',
    'r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999',
    'm=x,r=nonceX,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'e=other-error',
    '',
  ])('is not proven to a server that says %j', async (first) => {
    await expect(scram('pencil', 'nonce').final(first)).rejects.toThrow();
  });

  it('is never taken for proven before it was', () => {
    expect(scram('pencil').verify('v=')).toBe(false);
  });

  it('is hashed with the user and the salt for MD5', () => {
    expect(md5Password('user', 'pass', Buffer.from('01020304', 'hex'))).toMatch(
      /^md5[0-9a-f]{32}$/,
    );
  });
});

describe('operations of a text', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['-- x', []],
    ['select 1; drop table a', ['read sql SELECT', 'destroy sql DROP TABLE']],
    ['execute p', ['read sql EXECUTE']],
    ['execute p (1, $1)', ['read sql EXECUTE']],
    ['EXECUTE "P q"', ['read sql EXECUTE']],
    ['execute p(lower($1))', ['unknown sql EXECUTE']],
    ['execute p; execute p', ['unknown sql EXECUTE', 'unknown sql EXECUTE']],
    ['do $$ begin execute p; end $$', ['unknown sql DO']],
  ])('%j', (sql, expected) => {
    expect(operationsOf(sql).map(({ class: kind, name }) => `${kind} ${name}`)).toEqual(expected);
  });
});
