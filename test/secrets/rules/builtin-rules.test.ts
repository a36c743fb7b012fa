import { basename } from 'node:path';
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { charactersOf, parseSet } from '../../../src/secrets/rules/character-set.ts';
import { compactRule, compileRule } from '../../../src/secrets/rules/compile.ts';
import {
  compileBuiltinSecrets,
  loadCatalog,
  loadRuleDetectors,
  readBuiltinRules,
} from '../../../src/secrets/rules/load.ts';
import { lookEverywhere } from '../../../src/secrets/rules/look-everywhere.ts';
import { passingText, sampleOf, seeded } from '../../../src/secrets/rules/samples.ts';
import type { CompactRule, SecretFile } from '../../../src/secrets/rules/rule-format.ts';
import type { RuleDescription } from '../../../src/secrets/rules/catalog.ts';

const FOLDER = new URL('../../../profiles/secrets/', import.meta.url);
const rules = await readBuiltinRules();
const detectors = new Map(
  rules.map(({ rule, provider }) => {
    const compact = compactRule(rule, provider);
    return [compact.id, compileRule(compact)];
  }),
);
const idOf = ({ rule, provider }: (typeof rules)[number]): string => `${provider}.${rule.id}`;
const detectorOf = (id: string) => {
  const detector = detectors.get(id);
  if (!detector) throw new Error(`no detector ${id}`);
  return detector;
};
const DRAWS = 8;

describe('the built-in kinds', () => {
  it('are many, each once', () => {
    expect(rules.length).toBeGreaterThan(900);
    expect(new Set(rules.map(idOf)).size).toBe(rules.length);
  });

  it('stand in the file of their provider, or in one of a field that says each provider', () => {
    const misplaced = readdirSync(FOLDER).filter((name) => {
      const file = parse(readFileSync(new URL(name, FOLDER), 'utf8')) as SecretFile;
      if (file.provider !== undefined)
        return (
          `${file.provider}.yaml` !== basename(name) || file.rules.some(({ provider }) => provider)
        );
      return !file.field || file.rules.some(({ provider, name: own }) => !provider || !own);
    });
    expect(misplaced).toEqual([]);
  });

  it('find their examples, with the very span, however drawn', () => {
    const wrong = rules.flatMap((read) =>
      read.rule.examples.find.flatMap((example) => {
        const random = seeded(1009);
        return Array.from({ length: DRAWS }, () => sampleOf(read.rule, example, random))
          .filter(
            ({ text, start, end }) =>
              !lookEverywhere(detectorOf(idOf(read)), text).some(
                (match) => match.start === start && match.end === end,
              ),
          )
          .map(() => `${idOf(read)}: ${example}`);
      }),
    );
    // Of a hundred keys drawn at random one spells a word that placeholders have, or repeats itself.
    const places = new Set(wrong);
    expect([...places].filter((place) => wrong.filter((one) => one === place).length > 1)).toEqual(
      [],
    );
    expect(wrong.length).toBeLessThan(rules.length * DRAWS * 0.01);
  });

  it('find nothing in what is no secret', () => {
    const wrong = rules.flatMap((read) =>
      read.rule.examples.pass
        .filter((example) => {
          const text = passingText(example, seeded(2003));
          return lookEverywhere(detectorOf(idOf(read)), text).length > 0;
        })
        .map((example) => `${idOf(read)}: ${example}`),
    );
    expect(wrong).toEqual([]);
  });

  it('do not find a secret in the middle of a longer run of its characters', () => {
    const random = seeded(31);
    const wrong = rules
      .filter(({ rule }) => rule.by === 'token' && !rule.pattern && !rule.before)
      .filter((read) => {
        const { alphabet = '', length = [1, 1] } = read.rule;
        const letters = charactersOf(parseSet(alphabet)).replace(/[^A-Za-z0-9]/g, '');
        const draw = (count: number) =>
          Array.from({ length: count }, () => letters[Math.floor(random() * letters.length)]);
        const long = `${read.rule.words[0]}${draw(length[1] + 1).join('')}`;
        return lookEverywhere(detectorOf(idOf(read)), ` ${long} `).length > 0;
      });
    expect(wrong.map(idOf)).toEqual([]);
  });

  it('say something of themselves', () => {
    const catalog = loadCatalog();
    expect(Object.keys(catalog).sort()).toEqual(rules.map(idOf).sort());
    expect(catalog['github.personal-access-token-classic']).toMatchObject({
      provider: 'github',
      name: 'GitHub',
      unlimited: true,
      prefixes: ['ghp_'],
      revoke: 'https://github.com/settings/tokens',
    });
    expect(catalog['railway.account-token']).toMatchObject({ unlimited: true });
    expect(catalog['railway.account-token']?.prefixes).toBeUndefined();
  });
});

describe('what the build writes', () => {
  it('finds the same and holds no examples', async () => {
    const files = await compileBuiltinSecrets();
    const built = JSON.parse(files['secrets.json'] ?? '') as CompactRule[];
    expect(built.map(({ id }) => id)).toEqual(loadRuleDetectors().map(({ id }) => id));
    expect(Object.keys(built[0] ?? {})).not.toContain('examples');
    for (const [at, read] of rules.entries()) {
      const rule = built[at];
      if (!rule) throw new Error('a rule is missing');
      const { text } = sampleOf(read.rule, read.rule.examples.find[0] ?? '', seeded(7));
      expect(lookEverywhere(compileRule(rule), text), rule.id).toEqual(
        lookEverywhere(detectorOf(idOf(read)), text),
      );
    }
    const catalog = JSON.parse(files['secrets-catalog.json'] ?? '') as Record<
      string,
      RuleDescription
    >;
    expect(Object.keys(catalog)).toHaveLength(rules.length);
  });
});

/** A match may go on through text like this for long before it fails; how long, `linear.ts` proves. */
describe('hostile text', () => {
  const LONG = 20_000;

  it('made of words and of what comes near a secret ends soon for every kind', () => {
    for (const read of rules) {
      const { rule } = read;
      const detector = detectorOf(idOf(read));
      const word = rule.words[0] ?? '';
      const { text, start, end } = sampleOf(rule, rule.examples.find[0] ?? '', seeded(11));
      const secret = text.slice(start, end);
      const nearMiss = `${text.slice(0, end - 1)}\u0001`;
      const letter = secret.at(-1) ?? 'a';
      const hostile = [
        word.repeat(LONG / word.length),
        nearMiss.repeat(Math.ceil(LONG / nearMiss.length)),
        `${text.slice(0, start)}${secret.slice(0, word.length + 2)}${letter.repeat(LONG)}`,
        `${secret}${secret}`.repeat(Math.ceil(LONG / secret.length / 2)),
        `${word}="`.repeat(LONG / (word.length + 2)),
      ];
      for (const one of hostile) lookWithin(detector, one, word);
    }
    expect(rules.length).toBeGreaterThan(0);
  });

  /** As the engine calls: pieces as long as the detector asks for. */
  function lookWithin(detector: ReturnType<typeof detectorOf>, text: string, word: string): void {
    const lower = text.toLowerCase();
    const wanted = word.toLowerCase();
    const { before, after } = detector.reach;
    let looks = 0;
    for (
      let at = lower.indexOf(wanted);
      at >= 0 && looks < 200;
      at = lower.indexOf(wanted, at + 1)
    ) {
      const from = Math.max(0, at - before);
      looks += 1;
      detector.look({
        text: text.slice(from, at + after),
        at: at - from,
        end: at - from + word.length,
        path: '',
        first: from === 0,
        last: at + after >= text.length,
      });
    }
  }
});
