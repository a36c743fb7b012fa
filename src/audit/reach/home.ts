import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Scanner, SecretSpan } from '../../secrets/engine/detector.ts';
import { matchesIn, readStoreFile } from '../../secrets/files/store-files.ts';
import {
  filesOfStore,
  type StoreFile,
  type Surroundings,
} from '../../secrets/files/store-places.ts';
import { loadStores } from '../../secrets/files/stores.ts';
import type { CredentialStore } from '../../secrets/files/stores-format.ts';
import { factsOfRule, providerNamed } from './facts.ts';
import type { Identity } from './identity.ts';
import { isLockedKey } from './locked-key.ts';
import type { Found, UnderGuard } from './types.ts';

/** What shells and sessions read as they start, below home: people export tokens there. */
const START_UP = [
  ...['.bashrc', '.bash_profile', '.bash_login', '.bash_aliases', '.profile', '.zshrc', '.zshenv'],
  ...[
    '.zprofile',
    '.zlogin',
    '.kshrc',
    '.config/fish/config.fish',
    '.env',
    '.envrc',
    '.pam_environment',
  ],
  ...['.xprofile', '.xsessionrc', '.exports', '.secrets', '.localrc'],
];
const START_UP_FOLDERS = ['.config/environment.d', '.config/fish/conf.d', '.bashrc.d', '.zshrc.d'];

export interface HomeOptions {
  around: Surroundings;
  scanner: Scanner;
  identity: Identity;
  underGuard: UnderGuard;
  stores?: readonly CredentialStore[];
}

/** Credential files of common tools, histories, and what shells read as they start. */
export function inHome(options: HomeOptions): Found[] {
  const { around, stores = loadStores() } = options;
  const seen = new Set<string>();
  const found: Found[] = [];
  for (const store of stores)
    for (const file of filesOfStore(store, around))
      if (!seen.has(file.path)) {
        seen.add(file.path);
        found.push(...inFile(file, store, options));
      }
  for (const file of startUpFiles(around))
    if (!seen.has(file.path)) found.push(...inFile(file, null, options));
  return found;
}

function startUpFiles({ home }: Surroundings): StoreFile[] {
  const inFolders = START_UP_FOLDERS.flatMap((folder) => {
    try {
      return readdirSync(join(home, folder)).map((name) => `${folder}/${name}`);
    } catch {
      return [];
    }
  });
  return [...START_UP, ...inFolders].flatMap((name) => {
    const path = join(home, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return stat && (stat.isFile() || stat.isSymbolicLink())
      ? [{ path, shown: `~/${name}`, size: stat.size }]
      : [];
  });
}

interface Seen {
  rule: string | null;
  tier: SecretSpan['tier'];
  start: number;
  end: number;
}

/** One item for each provider whose secrets are in the file. */
function inFile(
  file: StoreFile,
  store: CredentialStore | null,
  { scanner, identity, underGuard }: HomeOptions,
): Found[] {
  const text = readStoreFile(file);
  if (text === null || isLockedKey(text)) return [];
  const base = {
    kind: 'home',
    where: file.shown,
    underGuard: underGuard.file(file.path),
    commit: null,
  } as const;
  const of = store?.provider === undefined ? null : providerNamed(store.provider);
  if (store && store.reader === undefined)
    return [
      {
        ...base,
        ...{ what: store.what, rule: null, tier: 'likely', provider: of, power: null },
        ...{ unlimited: false, count: 1, secrets: [identity.of(file.path)] },
      },
    ];
  const groups = new Map<string, { found: Found; secrets: Set<string> }>();
  for (const seen of secretsIn(text, file, store, scanner)) {
    const facts = seen.rule === null ? null : factsOfRule(seen.rule);
    const provider = of ?? facts?.provider ?? null;
    const key = `${provider?.id ?? ''}\0${facts?.unlimited ?? false}`;
    let group = groups.get(key);
    if (!group) {
      const found: Found = {
        ...base,
        what: store?.what ?? facts?.what ?? 'secret',
        rule: seen.rule,
        tier: seen.tier,
        provider,
        power: facts?.power ?? null,
        unlimited: facts?.unlimited ?? false,
        count: 0,
        secrets: [],
      };
      groups.set(key, (group = { found, secrets: new Set() }));
    }
    group.secrets.add(identity.of(text.slice(seen.start, seen.end)));
  }
  return [...groups.values()].map(({ found, secrets }) => ({
    ...found,
    count: secrets.size,
    secrets: [...secrets],
  }));
}

/** What the scanner knows by itself counts first: it says more. */
function secretsIn(
  text: string,
  file: StoreFile,
  store: CredentialStore | null,
  scanner: Scanner,
): Seen[] {
  const spans: Seen[] = scanner
    .scan(file.shown.replace(/^~\//, ''), Buffer.from(text, 'latin1'))
    .filter(({ tier }) => tier !== 'weak');
  const more = store === null ? [] : matchesIn(store, text, file.path);
  for (const { start, end, tier = 'likely' } of more)
    if (tier !== 'weak' && !spans.some((span) => span.start < end && start < span.end))
      spans.push({ rule: null, tier, start, end });
  return spans;
}
