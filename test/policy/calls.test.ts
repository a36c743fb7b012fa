import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Programs } from '../../src/policy/argv/program.ts';
import { startedBy } from '../../src/policy/argv/starts.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { callsIn } from '../../src/policy/text/calls.ts';
import { UNRESOLVED } from '../../src/policy/types.ts';
import { data, exec } from './support.ts';

/** Every call but those whose name says nothing, as `name(operand, operand)`; what is not known is `?`. */
function shown(code: string): string[] {
  return callsIn(code).map(
    ({ name, arguments: operands }) =>
      `${name}(${operands.map(({ text }) => text.replaceAll(UNRESOLVED, '?')).join(', ')})`,
  );
}

describe('calls that a one-line program makes', () => {
  it.each<[string, string]>([
    [`import shutil; shutil.rmtree('/tmp/x', ignore_errors=True)`, 'shutil.rmtree(/tmp/x)'],
    [`shutil.rmtree(path="src")`, 'shutil.rmtree(src)'],
    [`rmtree(sys.argv[1])`, 'rmtree(?)'],
    [`rmtree(f"{home}/x")`, 'rmtree(?/x)'],
    [`rmtree(os.path.join(d, 'x'))`, 'rmtree(?/x)'],
    [`rmtree(os.path.join('src', 'x'))`, 'rmtree(src/x)'],
    [`rmtree('a' + "/b")`, 'rmtree(a/b)'],
    [`rmtree(os.environ['HOME'])`, 'rmtree(~)'],
    [`rmtree(os.environ['X'])`, 'rmtree(?)'],
    [`__import__('shutil').rmtree("src")`, 'shutil.rmtree(src)'],
    [`Path('a').unlink(missing_ok=True)`, 'Path().unlink(a)'],
    [`(Path.home() / 'x').rmdir()`, '().rmdir(~/x)'],
    [`p.unlink()`, 'p.unlink(?)'],
    [`Path('a').write_text('b')`, 'Path().write_text(a)'],
    [`require('fs').rmSync("src", {recursive: true})`, 'fs.rmSync(src)'],
    [`require('node:fs/promises').rm('src')`, 'fs.promises.rm(src)'],
    ['fs.rmSync(`${os.homedir()}/y`)', 'fs.rmSync(~/y)'],
    [`fs.rm('src', o, () => {})`, 'fs.rm(src, ?)'],
    [`fs?.rmSync(['a', 'b'])`, 'fs.rmSync(a, b)'],
    ['prisma.$executeRaw`DROP TABLE a`', 'prisma.$executeRaw(DROP TABLE a)'],
    [`FileUtils.rm_rf "src"; 1`, 'FileUtils.rm_rf(src)'],
    [`FileUtils::rm_rf("src")`, 'FileUtils.rm_rf(src)'],
    [`unlink glob("*.c")`, 'unlink(*.c)'],
    [`unlink <*.c>`, 'unlink(*.c)'],
    [`unlink $f if 1`, 'unlink(?)'],
    [`$dbh->do("drop table a")`, '$dbh.do(drop table a)'],
    [`s/'/x/; unlink "a"`, 'unlink(a)'],
    [`s.replace(/['"]/g, ''); rimraf('x')`, 'rimraf(x)'],
    [`# it's\nrmtree('a')`, 'rmtree(a)'],
    [`/* it's */ rmtree('a')`, 'rmtree(a)'],
    [`rmtree('''a''')`, 'rmtree(a)'],
  ])('%s', (code, expected) => {
    expect(shown(code)).toContain(expected);
  });

  it.each([
    `print("shutil.rmtree('/')")`,
    `# rmtree('a')`,
    `/* rmtree('a') */ 1`,
    `from shutil import rmtree`,
    `x = rmtree`,
  ])('none of it here: %s', (code) => {
    expect(shown(code).filter((call) => /^(?:\w+\.)*rmtree\(/.test(call))).toEqual([]);
  });

  it('are read from any text, and a text of brackets is no burden', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (code) => {
        expect(Array.isArray(callsIn(code))).toBe(true);
      }),
    );
    for (const piece of [
      '(',
      '[',
      '{',
      'a(',
      'a.',
      "'",
      '"\\',
      '/',
      's/',
      'f"{',
      '<*',
      'a ',
      'Path(',
      '((a,b),',
    ])
      expect(callsIn(piece.repeat(5_000))).toBeDefined();
  });
});

const policy = compilePolicy(data({ packs: await loadRulePacks() }));

describe('rules about calls', () => {
  const verdict = (argv: string[], more: { stdin?: string } = {}) => {
    const { action, rule } = decide(policy, exec(argv, more));
    return `${action} ${rule}`;
  };

  it.each([
    ['/tmp/x', 'allow default'],
    ['build', 'allow default'],
    ['packages/a/dist', 'allow default'],
    ['src', 'ask interpreters.tree'],
    ['/srv/data', 'ask interpreters.tree'],
    ['~/work', 'ask interpreters.tree'],
    ['/home/me', 'deny interpreters.tree.root'],
    ['~', 'deny interpreters.tree.root'],
    ['..', 'deny interpreters.tree.root'],
    ['.', 'deny interpreters.tree.root'],
    ['.git', 'deny interpreters.tree.root'],
  ])('where it points counts: %s', (place, expected) => {
    expect(verdict(['python3', '-c', `import shutil; shutil.rmtree('${place}')`])).toBe(expected);
    expect(verdict(['python3', '-'], { stdin: `import shutil\nshutil.rmtree("${place}")` })).toBe(
      expected,
    );
  });

  it('a statement of SQL counts where it is run, not where it is printed', () => {
    expect(verdict(['python3', '-c', `c.execute("DROP TABLE a")`])).toBe(
      'ask interpreters.database.sql',
    );
    expect(verdict(['python3', '-c', `print("DROP TABLE a")`])).toBe('allow default');
    expect(verdict(['python3', '-c', `c.execute("SELECT a FROM b")`])).toBe('allow default');
  });
});

describe('a subcommand that no pack declares', () => {
  it('is a program where the grammar says so', () => {
    const programs = new Programs();
    programs.add({ command: 'yarn', aliases: [], dashed: false, programs: [] }, () => ({
      starts: [{ from: 'subcommand' }],
      subcommands: { install: {} },
      flags: '--force',
    }));
    const started = (...argv: string[]) =>
      startedBy(programs, 'yarn', argv)?.map(({ words }) => words);
    expect(started('yarn', 'prisma', 'migrate', 'reset', '--force')).toEqual([
      ['prisma', 'migrate', 'reset', '--force'],
    ]);
    expect(started('yarn', '--force', 'prisma', '-x')).toEqual([['prisma', '-x']]);
    expect(started('yarn', 'install', 'prisma')).toEqual([]);
    expect(started('yarn')).toEqual([]);
  });
});
