import { isPublicValue } from './public-value.ts';
import type { Range } from './range.ts';
import { nameIsSecret, nameSaysSecret } from './secret-name.ts';
import { isUrl, urlSecrets } from './url-secrets.ts';

/** Which parts of a variable's value are secret: all, parts of a URL, or none. */
export function valueSecrets(name: string, value: string): Range[] {
  const whole = [{ start: 0, end: value.length }];
  if (value.trim() === '') return [];
  const secretName = nameSaysSecret(name);
  if (isUrl(value)) return urlListSecrets(value, secretName);
  if (secretName) {
    const flag = /^(true|false)$/i.test(value) && !nameIsSecret(name);
    return flag ? [] : whole;
  }
  return isPublicValue(name, value) ? [] : whole;
}

/** One URL, or several with commas between them; a comma inside a password is not such a one. */
function urlListSecrets(value: string, strict: boolean): Range[] {
  const parts = value.split(',');
  if (!parts.every(isUrl)) return urlSecrets(value, strict);
  const ranges: Range[] = [];
  let at = 0;
  for (const part of parts) {
    const offset = at;
    ranges.push(
      ...urlSecrets(part, strict).map((r) => ({ start: r.start + offset, end: r.end + offset })),
    );
    at += part.length + 1;
  }
  return ranges;
}
