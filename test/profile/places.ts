import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { ProfileOptions } from '../../src/profile/load.ts';

const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true, force: true });
});

/** A made-up person with a home, a repository and an organisation, each of this test alone. */
export function places() {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'guard-profile-')));
  made.push(root);
  const home = join(root, 'home');
  const repository = join(root, 'repo');
  for (const folder of [home, repository]) mkdirSync(folder);
  const options = {
    agent: null as string | null,
    repository,
    home,
    configHome: join(home, '.config'),
    stateHome: join(home, '.local', 'state'),
    organisationFile: join(root, 'policy.yaml'),
  } satisfies ProfileOptions;
  const write = (path: string, text: string | Uint8Array): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return {
    ...options,
    root,
    options,
    write,
    user: (text: string) => write(join(home, '.config/guard/profile.yaml'), text),
    agentFile: (name: string, text: string) =>
      write(join(home, `.config/guard/agents/${name}.yaml`), text),
    repo: (text: string) => write(join(repository, '.guard.yaml'), text),
    organisation: (text: string) => write(options.organisationFile, text),
  };
}

/** A profile without the fields that a comparison is not about. */
export function without<T extends object, K extends keyof T>(whole: T, ...keys: K[]): Omit<T, K> {
  const copy = { ...whole };
  for (const key of keys) delete copy[key];
  return copy;
}
