import { tokenLike } from './token-like.ts';
import { valueType } from './value-type.ts';

/** Values that are settings wherever they stand. */
const WORDS = new Set(
  `true false yes no on off null none nil undefined auto default enabled disabled
  development dev production prod staging stage test testing local ci preview sandbox
  trace debug verbose info notice warn warning error fatal critical silent quiet
  localhost host.docker.internal stdout stderr memory redis postgres postgresql mysql mariadb sqlite mongodb
  file database sync smtp log json text pretty utf-8 utf8 utc gmt http https tcp udp ipv4 ipv6
  require prefer disable allow verify-full verify-ca strict lax public`.split(/\s+/),
);

/** Shapes that hold no secret: addresses, ports, durations, sizes, versions, dates, locales, time zones, references. */
const SHAPES = [
  /^(localhost|host\.docker\.internal|\[?::1?\]?|\d{1,3}(\.\d{1,3}){3})(:\d{1,5})?(\/\d{1,2})?$/i,
  /^\d{1,6}\s?(ms|s|sec|m|min|h|d|w|y|b|k|kb|mb|gb|tb|ki|mi|gi|kib|mib|gib|%|px)$/i,
  /^v?\d{1,4}\.\d{1,4}(\.\d{1,4})?(-(alpha|beta|rc)\.?\d{0,2})?$/,
  /^\d{4}-\d\d-\d\d$/,
  /^[a-z]{2}[_-][A-Z]{2}(\.(UTF-8|utf8))?$/,
  /^(Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)(\/[A-Za-z_+-]{2,20}\d{0,2}){1,2}$/,
  /^\$\{[A-Z_][A-Z0-9_]*\}$/,
];

/** Names whose value, if it is one plain word, is a setting. */
const SETTING_NAME =
  /(^|_)(HOST|HOSTNAME|PORT|ENV|ENVIRONMENT|REGION|ZONE|LEVEL|TZ|TIMEZONE|LOCALE|LANG|DIR|PATH|MODE|DRIVER|DIALECT|VERSION|BUCKET|DB|DATABASE|SCHEMA|PREFIX|TIMEOUT|DOMAIN|STORE|CONNECTION|CHANNEL)$|_NAME$/i;

/** Names of things, which services give out freely and clients put into every request. */
const IDENTIFIER_NAME =
  /(^|_)(PROJECT|SERVICE|ENVIRONMENT|ORG|ORGANIZATION|TEAM|WORKSPACE|TENANT|CLIENT|APP|APPLICATION|ACCOUNT|SUBSCRIPTION|VOLUME|DATABASE|CLUSTER|ZONE|SITE|DEPLOYMENT|INSTANCE)_ID$/i;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A number of this many digits may be a PIN, an account or a phone number: more than a port or a limit needs. */
const LONG_NUMBER = 8;

/** Is this value plainly no secret? In doubt it is one. The name must not say secret: ask `nameSaysSecret` first. */
export function isPublicValue(name: string, value: string): boolean {
  if (value === '') return true;
  const type = valueType(value);
  if (type === 'boolean') return true;
  if (type === 'number') return value.replace(/\D/g, '').length < LONG_NUMBER;
  if (WORDS.has(value.toLowerCase()) || SHAPES.some((shape) => shape.test(value))) return true;
  if (type === 'list') return value.split(',').every((part) => isPublicValue(name, part.trim()));
  if (/^(~|\.{1,2})?\/[\w./-]*$/.test(value))
    return value.length < 256 && !value.split('/').some(tokenLike) && !looksBase64(value);
  if (IDENTIFIER_NAME.test(name) && UUID.test(value)) return true;
  return SETTING_NAME.test(name) && /^[a-z][\w.-]{0,63}$/i.test(value) && !tokenLike(value);
}

/** Base64 may begin with a slash; a path of that kind would have neither upper case nor digits so mixed. */
function looksBase64(value: string): boolean {
  return value.length >= 12 && /[A-Z]/.test(value) && /[a-z]/.test(value) && /\d/.test(value);
}
