import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPath } from '../../../src/operations/rest/paths.ts';

describe('a path', () => {
  it('that is plain has one reading', () => {
    expect(readPath('/repos/Acme/shop')).toEqual({
      readings: [['repos', 'Acme', 'shop']],
      doubtful: null,
    });
  });

  it.each([
    ['/repos/a%2Fb', ['repos', 'a/b']],
    ['/repos/a%2Fb', ['repos', 'a', 'b']],
    ['/repos/a%252Fb', ['repos', 'a', 'b']],
    ['/x/%2e%2e/repos', ['repos']],
    ['/x/%2e%2e%2frepos', ['repos']],
    ['/x//../repos', ['repos']],
    ['//repos///a', ['repos', 'a']],
    ['/repos;v=1/a;b', ['repos', 'a']],
    ['/repos/a.json', ['repos', 'a']],
    ['/repos\\a', ['repos', 'a']],
    ['/repos/a%00.png', ['repos', 'a']],
    ['/repos/a%3Fx', ['repos', 'a']],
    ['/repos/a#x', ['repos', 'a']],
    ['/repos/a/', ['repos', 'a']],
    ['/./repos/./a/.', ['repos', 'a']],
  ])('%s may be read as %j', (path, reading) => {
    expect(readPath(path).readings).toContainEqual(reading);
  });

  it('with too many readings is in doubt', () => {
    const path = '/a//..;x/%252e%2e/b;c/%2F%5c/./../d.json;e//%253b.xml';
    const { readings, doubtful } = readPath(path.repeat(3));
    expect(readings.length).toBeLessThanOrEqual(33);
    expect(readings.length > 31 || doubtful === null).toBe(true);
    expect(readPath(`/${'a/'.repeat(400)}`).doubtful).not.toBeNull();
    expect(readPath(`/${'a'.repeat(40_000)}`).doubtful).not.toBeNull();
  });

  it('is read in bounded time, and never throws', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '..',
      '%2f',
      '%2e',
      '%25',
      ';',
      '\\',
      'a',
      '%',
      '#',
      '%00',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { readings } = readPath(`/${pieces.join('')}`);
        expect(readings.length).toBeGreaterThan(0);
        expect(readings.length).toBeLessThanOrEqual(33);
      }),
    );
  });
});
