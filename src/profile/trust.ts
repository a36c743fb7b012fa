import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { GuardError } from '../guard-error.ts';
import { trustFile, type Locations } from './locations.ts';

/** That a person has accepted exactly this content of a repository's profile. */
export interface TrustPin {
  /** Hex SHA-256 of `.guard.yaml`. */
  sha256: string;
  /** ISO 8601, UTC. */
  at: string;
}

/** By the repository's absolute path. */
export type TrustPins = Record<string, TrustPin>;

type Place = Pick<Locations, 'stateHome'>;

const MAX_BYTES = 4 * 1024 * 1024;

/** Has a person accepted this content for this repository? Throws GuardError when the record cannot be relied on. */
export function isTrusted(place: Place, repository: string, sha256: string): boolean {
  const pins = readPins(place);
  return Object.hasOwn(pins, repository) && pins[repository]?.sha256 === sha256;
}

/** Every pin. No file is no pin; anything else that is not a record of ours is a GuardError. */
export function readPins(place: Place): TrustPins {
  const file = trustFile(place);
  const text = readOwn(file);
  if (text === null) return {};
  try {
    const data = JSON.parse(text) as { version?: unknown; repositories?: unknown };
    if (data.version === 1 && isPins(data.repositories)) return data.repositories;
  } catch {
    // Said below, in the words of the user's world.
  }
  throw unusable(file, 'it is not a record of guard');
}

/** Accepts `sha256` as the repository's profile, in place of any earlier content. */
export function pin(place: Place, repository: string, sha256: string, now: Date): void {
  writePins(place, { ...readPins(place), [repository]: { sha256, at: now.toISOString() } });
}

/** Forgets what was accepted for the repository; false when nothing was. */
export function unpin(place: Place, repository: string): boolean {
  const { [repository]: gone, ...rest } = readPins(place);
  if (gone) writePins(place, rest);
  return gone !== undefined;
}

function readOwn(file: string): string | null {
  let descriptor: number;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    descriptor = openSync(file, flags);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw unusable(
      file,
      code === 'ELOOP' ? 'it is a symbolic link' : `it cannot be read (${code})`,
    );
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw unusable(file, 'it is not a plain file');
    if (stats.size > MAX_BYTES) throw unusable(file, 'it is too large');
    if (stats.uid !== process.getuid?.() && stats.uid !== 0)
      throw unusable(file, 'it belongs to another user');
    if (stats.mode & 0o022) throw unusable(file, 'other users can write it');
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** Whole or not at all: a reader sees the old record or the new one. */
function writePins(place: Place, repositories: TrustPins): void {
  const file = trustFile(place);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(descriptor, `${JSON.stringify({ version: 1, repositories }, null, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw unusable(file, `it cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

function isPins(value: unknown): value is TrustPins {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value as Record<string, unknown>).every(isPin)
  );
}

function isPin(value: unknown): value is TrustPin {
  const { sha256, at } = (value ?? {}) as Partial<Record<keyof TrustPin, unknown>>;
  return typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256) && typeof at === 'string';
}

function unusable(file: string, why: string): GuardError {
  return new GuardError({
    what: `the record of trusted profiles ${file} cannot be used`,
    why,
    fix: 'Mend or remove it; after that, accept profiles again with `guard trust`',
  });
}
