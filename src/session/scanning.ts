import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { KnownValue, Scanner } from '../secrets/engine/detector.ts';
import { filesOfStore, type Surroundings } from '../secrets/files/store-places.ts';
import { loadStores } from '../secrets/files/stores.ts';
import { nameSaysSecret } from '../secrets/secret-name.ts';
import type { CompactRule } from '../secrets/rules/rule-format.ts';
import type { ContentOptions } from '../view/content-scan.ts';
import { Remembered } from '../view/remembered.ts';
import { ensureStateRoot } from './state-root.ts';
import { version } from './version.ts';

export interface ScanningInput extends Surroundings {
  repository: string;
  /** The folder of the user's own kinds of secrets; it need not be there. */
  kinds: string;
  /** The session's credentials: what the profile calls them, and their real values. */
  credentials: { names: readonly string[]; values: readonly string[] };
  onProgress?: (done: number, total: number) => void;
}

interface Loaded {
  scanner: Scanner;
  known: readonly KnownValue[];
  rules: readonly CompactRule[];
}

/** How the repository's files are looked through, and where guard keeps what came of it. */
export function scanning(input: ScanningInput): ContentOptions {
  const { repository, onProgress } = input;
  const scans = join(dirname(ensureStateRoot({ repository })), 'scans');
  let loading: Promise<void> | null = null;
  let loaded: Loaded | null = null;
  const ready = (): Loaded => {
    if (loaded) return loaded;
    throw new Error('the scanner is not loaded');
  };
  return {
    load: () => (loading ??= loadAll(input).then((all) => void (loaded = all))),
    scanner: () => ready().scanner,
    known: () => ready().known,
    rules: () => ready().rules,
    remembered: new Remembered(join(dirname(scans), 'moved-values.json')),
    cache: { file: join(scans, hash([repository]).slice(0, 32)), key: scanKey(input) },
    ...(onProgress ? { onProgress } : {}),
  };
}

async function loadAll({ home, env, kinds, credentials }: ScanningInput): Promise<Loaded> {
  const [{ loadScanner }, { ownValues }, { loadUserRules }] = await Promise.all([
    import('../secrets/default-scanner.ts'),
    import('../secrets/files/own-values.ts'),
    import('../secrets/rules/load.ts'),
  ]);
  const rules = await loadUserRules(kinds);
  const ofSession = credentials.values.map((value) => ({ value, source: 'a credential' }));
  const known = [...ownValues({ home, env }), ...ofSession];
  return { scanner: loadScanner(known, rules), known, rules };
}

/**
 * Another when guard, its rules or the user's are others, or a file that the user's own values are read from. Of values that
 * are in no file, only what they are called: nothing made of a value may be written down.
 */
function scanKey({ home, env, kinds, credentials }: ScanningInput): string {
  const stores = loadStores().flatMap((store) => filesOfStore(store, { home, env }));
  return hash([
    version(),
    ...BUILT.map((name) => stateOfFile(join(PACKAGE_ROOT, 'dist', name))),
    builtinRules(),
    ...stores.map(({ path }) => stateOfFile(path)),
    ...kindsIn(kinds).map(stateOfFile),
    ...credentials.names,
    ...Object.keys(env).filter(nameSaysSecret).sort(),
  ]);
}

/** Code that decides what is found: newer without another version while guard is being worked on. */
const BUILT = ['guard.cjs', 'scan-worker.cjs'];

/** The file that a path leads to. */
function stateOfFile(path: string): string {
  const stats = [lstatSync, statSync].map((look) =>
    look(path, { bigint: true, throwIfNoEntry: false }),
  );
  const numbers = stats.map(
    (stat) => stat && [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(':'),
  );
  return [path, ...numbers].join(' ');
}

function kindsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function builtinRules(): Buffer | string {
  try {
    return readFileSync(join(PACKAGE_ROOT, 'dist', 'secrets.json'));
  } catch {
    return '';
  }
}

function hash(parts: readonly (string | Buffer)[]): string {
  const sha = createHash('sha256');
  for (const part of parts) sha.update(`${part.length}:`).update(part);
  return sha.digest('hex');
}
