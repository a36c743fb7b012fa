import { expect, it } from 'vitest';
import { textOf } from '../../src/audit/examine.ts';
import { reportOf, type Format } from '../../src/audit/report.ts';
import type { AuditResult } from '../../src/audit/result.ts';
import { uriOf } from '../../src/audit/report-sarif.ts';
import { displayWidth } from '../../src/audit/text-width.ts';
import { examiner, secret } from './repository.ts';
import { sarifLog } from './sarif-schema.ts';

async function audited(files: Record<string, string>): Promise<AuditResult> {
  const made = examiner();
  for (const [path, text] of Object.entries(files))
    await made.examine(textOf(path, Buffer.from(text)));
  return made.result;
}

function report(format: Format, result: AuditResult, width = 80): Promise<string> {
  return reportOf(format, result, {
    describe: (rule) =>
      rule === 'test.key'
        ? { description: 'A test key', power: 'a test', unlimited: true, revoke: 'forget it' }
        : null,
    width,
    paint: (_, text) => text,
    version: '1.2.3',
  });
}

it('shows people the line with carets below the secret', async () => {
  const result = await audited({ 'src/app.ts': `a\n\tconst key = "${secret()}"; // why\n` });
  const [finding] = result.findings;
  expect(await report('text', result)).toBe(
    [
      'src/app.ts:2:15 test.key (likely) A test key',
      '  2 |     const key = "TSTK********"; // why',
      '    |                  ^^^^^^^^^^^^',
      '  opens: a test; everything the account has, whatever it was made for',
      '  revoke: forget it',
      `  fingerprint: ${finding?.fingerprint}`,
      '',
      '1 secret in 1 text.',
      '',
    ].join('\n'),
  );
});

it('knows how wide characters are', () => {
  expect(displayWidth('aé')).toBe(2);
  expect(displayWidth('日本語')).toBe(6);
  expect(displayWidth('😀')).toBe(2);
  expect(displayWidth('e\u0301')).toBe(1);
});

it('keeps carets below secrets of wide, marked and long lines, within the width', async () => {
  const before = [
    '日本語 ',
    'e\u0301 ',
    '😀\t',
    '\t\t',
    'x'.repeat(500),
    '漢'.repeat(300),
    '\u202eabc\x1b[2J',
  ];
  for (const text of before)
    for (const after of ['', ' tail', 'y'.repeat(500)]) {
      const result = await audited({ file: `${text}${secret()}${after}\n` });
      const [, line = '', carets = ''] = (await report('text', result, 60)).split('\n');
      const shown = 'TSTK********';
      expect(line).toContain(shown);
      const column = displayWidth(line.slice(0, line.indexOf(shown)));
      expect(carets.indexOf('^')).toBe(column);
      expect(carets.slice(column)).toBe('^'.repeat(shown.length));
      expect(displayWidth(line)).toBeLessThanOrEqual(60);
      expect(line).not.toMatch(/[\u0000-\u001f\u202e]/);
    }
});

it('says what was allowed, and what was not looked at', async () => {
  const result = await audited({
    a: `${secret()} # guard:allow test.key -- x\n${secret()} # guard:allow test.key\n`,
  });
  result.unread.push({ file: 'b\n\x1b[2J', why: 'permission denied' });
  const text = await report('text', result);
  expect(text).toContain('notice a:2: guard:allow test.key does not count without a reason');
  expect(text).toContain('not looked at b\\n\\e[2J: permission denied');
  expect(text).toContain('1 secret in 1 text; allowed: 1 by comments; 1 place not looked at.');
});

it('gives programs all of it', async () => {
  const result = await audited({ 'a b': `x ${secret()}\n` });
  const parsed = JSON.parse(await report('json', result)) as { findings: unknown[] };
  expect(parsed).toEqual({
    version: 1,
    findings: [
      {
        rule: 'test.key',
        tier: 'likely',
        file: 'a b',
        line: 1,
        column: 3,
        endLine: 1,
        endColumn: 30,
        fingerprint: result.findings[0]?.fingerprint,
        secret: 'TSTK********',
        place: 'content',
        description: 'A test key',
        opens: 'a test',
        unlimited: true,
        revoke: 'forget it',
      },
    ],
    allowed: [],
    notices: [],
    unread: [],
    looked: 1,
  });
});

it('writes SARIF as its schema has it', async () => {
  const result = await audited({
    'dir/ключ %20.txt': `x ${secret()} ${secret('TSTSURE_')}\n`,
    allowed: `${secret()} # guard:allow test.key -- a fixture\n`,
    notice: `${secret()} # guard:allow test.key\n`,
  });
  await (async () => {
    const made = examiner();
    await made.examineName(`dir/${secret()}`);
    result.findings.push(...made.result.findings);
  })();
  result.unread.push({ file: 'b', why: 'permission denied' });
  const log = sarifLog.parse(JSON.parse(await report('sarif', result)));
  const [run] = log.runs;
  expect(run?.results?.map(({ ruleId }) => ruleId)).toEqual([
    ...['test.key', 'test.sure', 'test.key', 'test.key', 'test.key'],
  ]);
  for (const { ruleId, ruleIndex } of run?.results ?? [])
    expect(run?.tool.driver.rules?.[ruleIndex]?.id).toBe(ruleId);
  expect(run?.results?.[0]?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: {
      uri: 'dir/%D0%BA%D0%BB%D1%8E%D1%87%20%2520.txt',
      uriBaseId: '%SRCROOT%',
    },
    region: { startLine: 1, startColumn: 3, endLine: 1, endColumn: 30 },
  });
  expect(run?.results?.at(-1)?.suppressions).toEqual([
    { kind: 'inSource', justification: 'a fixture' },
  ]);
  expect(run?.invocations?.[0]).toMatchObject({ executionSuccessful: false });
  expect(sarifLog.safeParse(JSON.parse(await report('sarif', await audited({})))).success).toBe(
    true,
  );
  expect(uriOf('a\udcff/b#?')).toBe('a%FF/b%23%3F');
});

it('annotates lines at GitHub, whatever is in their names', async () => {
  const result = await audited({ 'a,b:c%\r\n::error::x': `${secret()}\n` });
  const text = await report('github', result);
  expect(text.split('\n')).toHaveLength(2);
  expect(text).toMatch(
    /^::error file=a%2Cb%3Ac%25%0D%0A%3A%3Aerror%3A%3Ax,line=1,endLine=1,col=1,endColumn=28,title=Secret%3A test\.key::A test key: TSTK\*{8}%0AOpens: a test%0ARevoke: forget it%0AFingerprint: [0-9a-f]{16}\n$/,
  );
});

it('holds no secret in any format', async () => {
  const values = [secret(), secret('TSTSURE_'), secret('TSTWEAK_'), secret()];
  const made = examiner();
  await made.examine(textOf('file', Buffer.from(`a ${values.join(' ')} b\n`)));
  await made.examineName(`x/${values[3]}`);
  for (const format of ['text', 'json', 'sarif', 'github'] as const) {
    const text = await report(format, made.result);
    for (const value of values) expect(text).not.toContain(value.slice(8));
  }
});
