import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDefinition } from '../../src/broker/read-definition.ts';
import { loadBrokerDefinitions } from '../../src/broker/load-definitions.ts';
import { resolveBroker } from '../../src/broker/resolve.ts';
import { PACKAGE_ROOT } from '../../src/package-root.ts';
import { words } from '../policy/words.ts';
import { brokerPlace } from './places.ts';

const folder = join(PACKAGE_ROOT, 'profiles', 'brokers');
const definitions = readdirSync(folder)
  .sort()
  .map((file) =>
    readDefinition(readFileSync(join(folder, file), 'utf8'), {
      name: file.replace('.yaml', ''),
      file: `profiles/brokers/${file}`,
      own: false,
    }),
  );

const place = await brokerPlace();
for (const { definition } of definitions) {
  if (definition.hosts !== 'git-remote') place.program(definition.program);
  for (const file of definition.credential.files)
    place.write(file.replace('~', place.home), 'a made-up credential');
}
place.git('init', '-q', '-b', 'main');
mkdirSync(join(place.repository, 'sub'));
for (const [key, value] of [
  ['remote.origin.url', 'git@code.example:o/r.git'],
  ['remote.web.url', 'https://code.example/o/r.git'],
  ['remote.both.url', 'git@code.example:o/r.git'],
  ['branch.main.remote', 'origin'],
] as const)
  place.git('config', key, value);
place.git('config', '--add', 'remote.both.url', 'git@other.example:o/r.git');

describe.each(definitions)('$definition.name', ({ definition, examples }) => {
  const outcome = async (line: string) => {
    const decision = await resolveBroker(
      definition,
      { argv: words(line), cwd: place.repository },
      place.context,
    );
    if (decision.kind !== 'run') return decision.kind;
    return decision.run.askBecause === null ? 'run' : 'ask';
  };

  it.each(examples.runs)('runs: %s', async (line) => expect(await outcome(line)).toBe('run'));
  it.each(examples.asks)('asks: %s', async (line) => expect(await outcome(line)).toBe('ask'));
  it.each(examples.inside)('inside: %s', async (line) =>
    expect(await outcome(line)).toBe('inside'),
  );
  it.each(examples.refused)('refuses: %s', async (line) =>
    expect(await outcome(line)).toBe('refuse'),
  );

  it('has an example for every command', () => {
    for (const { words: command, ask } of definition.commands)
      expect((ask === null ? examples.runs : examples.asks).join('\n')).toContain(
        `${definition.program} ${command}`,
      );
  });
});

it('loads as it was read', async () => {
  const loaded = await loadBrokerDefinitions(
    definitions.map(({ definition }) => definition.name),
    join(place.home, 'nowhere'),
  );
  expect(loaded).toEqual(definitions.map(({ definition }) => definition));
});
