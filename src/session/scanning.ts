import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { KnownValue, Scanner } from '../secrets/engine/detector.ts';
import { filesOfStore, type Surroundings } from '../secrets/files/store-places.ts';
import { loadStores } from '../secrets/files/stores.ts';
import { nameSaysSecret } from '../secrets/secret-name.ts';
import type { CompactRule } from '../secrets/rules/rule-format.ts';
import type { ContentOptions } from '../view/content-scan.ts';
import { EarlierCovers } from '../view/earlier-covers.ts';
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
    cache: { file: join(scans, fileNameOf(repository)), key: scanKey(input, saltIn(scans)) },
    ...(onProgress ? { onProgress } : {}),
  };
}

/** What sessions in this repository have had covered. */
export function earlierCovers(repository: string): EarlierCovers {
  const state = dirname(ensureStateRoot({ repository }));
  return new EarlierCovers(join(state, 'covered', fileNameOf(repository)));
}

function fileNameOf(repository: string): string {
  return hash([repository]).slice(0, 32);
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
 * Another when guard, its rules or the user's are others, a file that the user's own values are read from, or a value that is
 * in no file: of that a digest whose key is in guard's state folder alone.
 */
function scanKey({ home, env, kinds, credentials }: ScanningInput, salt: Buffer): string {
  const stores = loadStores().flatMap((store) => filesOfStore(store, { home, env }));
  return hash([
    version(),
    ...BUILT.map((name) => stateOfFile(join(PACKAGE_ROOT, 'dist', name))),
    builtinRules(),
    ...stores.map(({ path }) => stateOfFile(path)),
    ...kindsIn(kinds).map(stateOfFile),
    ...credentials.names,
    ...Object.keys(env).filter(nameSaysSecret).sort(),
    keyed(salt, [...credentials.values, ...valuesIn(env)]),
  ]);
}

function valuesIn(env: NodeJS.ProcessEnv): string[] {
  return Object.keys(env)
    .filter(nameSaysSecret)
    .sort()
    .map((name) => env[name] ?? '');
}

function keyed(salt: Buffer, values: readonly string[]): string {
  return createHmac('sha256', salt).update(JSON.stringify(values)).digest('hex');
}

const SALT = 32;

/** Where none can be kept, nothing is known from one session to the next. */
function saltIn(folder: string): Buffer {
  const file = join(folder, 'salt');
  const made = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!lstatSync(file, { throwIfNoEntry: false })) {
      writeFileSync(made, randomBytes(SALT), { mode: 0o600 });
      // Another session may have made one meanwhile: that counts.
      linkSync(made, file);
    }
  } catch {
    // Read below, if there is one.
  } finally {
    rmSync(made, { force: true });
  }
  try {
    const salt = readFileSync(file);
    return salt.length === SALT ? salt : randomBytes(SALT);
  } catch {
    return randomBytes(SALT);
  }
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
