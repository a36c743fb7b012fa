import type { Match } from '../../engine/detector.ts';
import { scanDotenv } from '../../dotenv-scan.ts';
import { mergeRanges, type Range } from '../../range.ts';
import { tokenLike } from '../../token-like.ts';
import { SENTRY } from '../../values/url-credentials.ts';
import { isCredentialName } from '../credential-name.ts';
import { bounded, type Format } from '../format.ts';
import { isSecretValue } from '../secret-part.ts';

/** Templates by name: what is in them was meant to be seen. */
const TEMPLATE =
  /(?:example|sample|template|tmpl|dist|schema|defaults?|test|ci)(?:\.|$)|^(?:example|sample|template)\./i;
/** A virtual environment of Python's may have that name. */
const BINARY = /[\0\x01-\x08\x0e-\x1a]/;

/**
 * Everything that could be secret in a dotenv file, as the view covers it; likely where its name or shape says so, else
 * weak.
 */
function read(text: string, path: string): Match[] {
  const scanned = bounded(text);
  if (BINARY.test(scanned.slice(0, 4096))) return [];
  const { secrets, names } = scanDotenv(scanned);
  const template = TEMPLATE.test(path.slice(path.lastIndexOf('/') + 1));
  let nextName = 0;
  return mergeRanges(secrets).flatMap((range) => {
    while ((names[nextName]?.end ?? Infinity) <= range.start) nextName++;
    const value = scanned.slice(range.start, range.end);
    const name = nameOf(scanned, names[nextName - 1], range);
    if (!isSecretValue(value) || isForEverybody(name, value)) return [];
    // The key of a DSN, where only that part of it was found.
    if (
      scanned[range.end] === '@' &&
      !value.includes(':') &&
      SENTRY.test(scanned.slice(range.end + 1, range.end + 320))
    )
      return [];
    const likely = !template && isLikely(name, value);
    return [{ ...range, tier: likely ? ('likely' as const) : ('weak' as const) }];
  });
}

/** Of the variable on whose line a value begins. */
function nameOf(text: string, name: Range | undefined, value: Range): string {
  if (!name || /[\r\n]/.test(text.slice(name.end, Math.min(value.start, name.end + 512))))
    return '';
  return text.slice(name.start, name.end);
}

/** Keys that services mean for the code of every client, and numbers that settings of that name count. */
function isForEverybody(name: string, value: string): boolean {
  if (
    /^(?:pk_(?:live|test)_\w{8,200}|G-[A-Z0-9]{8,12}|GTM-[A-Z0-9]{5,9}|UA-\d{4,12}-\d{1,4})$/.test(
      value,
    )
  )
    return true;
  if (/^\d{1,9}$/.test(value))
    return /_(?:IN|LENGTH|TTL|EXPIRY|EXPIRES|EXPIRATION|AGE|LIFETIME|ROUNDS|LIMIT)$/i.test(name);
  if (
    /^[0-9a-f]{7,40}$/.test(value) &&
    /(?:^|_)(?:SHA|COMMIT|REVISION|GIT_HASH|BUILD_HASH)$/i.test(name)
  )
    return true;
  return SENTRY.test(/^https?:\/\/\w{16,64}@(\S{1,200})$/.exec(value)?.[1] ?? '');
}

function isLikely(name: string, value: string): boolean {
  return isCredentialName(name) || /_(?:URL|URI|DSN|KEY)$/i.test(name) || tokenLike(value);
}

export const DOTENV: Format = {
  id: 'file.dotenv',
  tier: 'likely',
  at: [
    '.env',
    '.env.*',
    '.env-*',
    '.env_*',
    '*.env',
    '.envrc',
    '.dev.vars',
    '.dev.vars.*',
    '.flaskenv',
  ],
  read,
};
