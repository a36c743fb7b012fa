import fc from 'fast-check';
import micromatch from 'micromatch';
import { expect, it } from 'vitest';
import { compileNames } from '../../src/view/name-patterns.ts';

const SOURCE = { layer: 'default', file: 'test', line: 0 } as const;

function matches(pattern: string, path: string): boolean {
  const hide = [{ value: pattern, source: SOURCE }];
  return compileNames({ hide, redact: [], protect: [], expose: [] }).secret(path) !== null;
}

it('matches names and endings as micromatch does', () => {
  const pattern = fc.constantFrom(
    '.env',
    '*.pem',
    'id_rsa',
    '*.p12',
    'a.b',
    '*.tfvars.json',
    '.env.*',
    '*-sa.json',
  );
  const base = fc
    .array(
      fc.constantFrom(
        '.env',
        '.pem',
        'id_rsa',
        'x',
        '.',
        'pem',
        '.p12',
        'a.b',
        '-sa.json',
        '\n',
        '.tfvars.json',
        'é',
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((parts) => parts.join(''))
    .filter((name) => name !== '.' && name !== '..');
  fc.assert(
    fc.property(pattern, base, fc.boolean(), (glob, name, nested) => {
      const expected = new RegExp(micromatch.makeRe(glob, { dot: true }).source, 's').test(name);
      expect(matches(glob, nested ? `folder/${name}` : name)).toBe(expected);
    }),
  );
});
