import { printable } from '../../printable.ts';

const NAMES = 3;
const NAME_LIMIT = 80;

/** `1 file`, `12,345 files`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`;
}

/** Decimal units, as `df -H` has them. */
export function bytes(size: number): string {
  if (size === 1) return '1 byte';
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let [value, unit] = [size, 0];
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [365 * 86_400, 'year'],
  [30 * 86_400, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
];

/** How long ago; times are what a file or commit says of itself. */
export function ago(thenSeconds: number, nowSeconds = Date.now() / 1000): string {
  const age = nowSeconds - thenSeconds;
  if (!Number.isFinite(age)) return 'at an unknown time';
  if (age < -60) return 'at a time in the future';
  for (const [seconds, name] of UNITS)
    if (age >= seconds) return `${count(Math.floor(age / seconds), name)} ago`;
  return 'just now';
}

/** A few names, escaped and cut. */
export function names(all: readonly string[], total = all.length): string {
  const shown = all.slice(0, NAMES).map((name) => printable(name, NAME_LIMIT));
  return total > shown.length ? [...shown, '…'].join(', ') : shown.join(', ');
}
