import type { Tier } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import type { NameKind } from './names.ts';
import { entropy, rarity } from './rarity.ts';

/** Where a value stands, as far as it changes what it may be. */
export interface Standing {
  /** Between quotes, so a literal whatever the language. */
  quoted: boolean;
  /** In a file of settings, where nearly every value is meant as it stands. */
  settings: boolean;
}

const HEX = /^[0-9a-fA-F]+$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Addresses, paths, hosts, versions, dates, mail addresses, colours, names of files, MIME types. */
const PLAIN = [
  /^[a-z][a-z0-9+.-]{0,31}:\/\//i,
  /^(?:mailto|tel|data|urn|file|about|javascript|blob|classpath|jar|npm|git|docker|cid|xmlns|spiffe):/i,
  /^(?:~|\.{0,2})?\/(?:[\w@.+-]+\/)*[\w@.+-]*$/,
  /^[A-Za-z]:\\{1,2}/,
  /^(?:[\w-]+\/)+[\w.-]+\.[a-z]{1,5}$/,
  /^[\w-]+(?:\.[\w-]+)*\.(?:pem|key|crt|cer|p12|pfx|jks|json|ya?ml|txt|env|conf|html?|js|ts|py|php|java|xml|md|png|svg|css|sh|log|gpg|asc|pub|com|org|net|io|dev|local|go|rb|c|h|vue|tsx|jsx|properties|ini|cfg|toml|sql|dat|bin)$/i,
  /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/,
  /^0x[0-9a-f]+[ul]{0,3}$/i,
  /^(?:\\{1,2}(?:x[0-9a-f]{2}|u[0-9a-f]{4}|[0-7]{1,3}))+$/i,
  /^v?\d{1,4}(?:\.\d{1,6}){1,4}(?:[-+][\w.]+)?$/,
  /^\d{4}-\d\d-\d\d(?:[T ][\d:.Z+-]*)?$/,
  /^#[0-9a-f]{3,8}$/i,
  /^\d+\/(?:tcp|udp|sctp)$/,
  /^[-+]?\d+(?:\.\d+)?(?:px|em|rem|%|ms|s|m|h|d|kb|mb|gb)?$/i,
  /^[a-z]+\/[a-z0-9.+-]+$/,
  /^(?:sha\d{3}|md5|sha1)[-:]/i,
  /^\$(?:2[abxy]|[156y]|apr1|argon2\w*|scrypt|pbkdf2[\w-]*|bcrypt-sha256|7)\$/,
  /^\*[0-9A-F]{40}$|^\$\w{1,12}\$|^(?:md5|sha\d{1,3})\$/,
  /^(?:pbkdf2|scrypt|bcrypt|argon2)[\w]*[:$]/i,
  /^\{S?(?:SHA|MD5|CRYPT|SSHA|PBKDF2)\d*\}/i,
  /^(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-)/,
];
const PASSWORD_LENGTH = { least: 4, likely: 6, most: 128 };

/** Names and other things that a program says, for which nobody would take a password: words with marks between. */
const IDENTIFIER = /^[?#%!&*~]?[A-Za-z_$@:.][a-z]*(?:[-_.:/$@ ]?[A-Z]?[a-z]+)*[A-Z]*\d?$/;

/** Two words, a sign between them and a digit behind, as rules for passwords ask for: `Autumn@River7`, `Autumn.River7`. */
const TWO_WORDS = /^[A-Z][a-z]{2,15}[@._$&/-][A-Z][a-z]{2,15}\d$/;

/** How sure is it that this value, under a name of this kind, is a secret? */
export function valueTier(kind: NameKind, value: string, standing: Standing): Tier | undefined {
  const example = exampleKind(value);
  if (example === 'placeholder') return undefined;
  switch (kind) {
    case 'password':
      return example === 'common' ? weakCommon(value) : passwordTier(value, standing);
    case 'passphrase':
      if (/^[a-z]+(?: [a-z]+){3,24}$/.test(value)) return 'likely';
      return example ? undefined : passwordTier(value, standing);
    case 'pin':
      return /^\d{4,8}$/.test(value) && !example ? 'weak' : undefined;
    case 'secret':
      return example ? undefined : secretTier(value, standing);
    case 'key':
      return !example && drawnAtRandom(value) && value.length >= 20 ? 'weak' : undefined;
  }
}

const weakCommon = (value: string): Tier | undefined =>
  value.length >= PASSWORD_LENGTH.least ? 'weak' : undefined;

function passwordTier(value: string, { quoted, settings }: Standing): Tier | undefined {
  if (
    isForeign(value) ||
    value.length < PASSWORD_LENGTH.least ||
    value.length > PASSWORD_LENGTH.most
  )
    return undefined;
  if (isProse(value)) return undefined;
  const plain = PLAIN.some((shape) => shape.test(value));
  if (plain) return /^\d{6,}$/.test(value) ? 'weak' : undefined;
  if (/[\x00-\x1f]/.test(value)) return undefined;
  if (IDENTIFIER.test(value) && !TWO_WORDS.test(value) && !drawnAtRandom(value)) {
    // One word may be a bad password, several are the name of something.
    const oneWord =
      /^(?:[a-z]+|[A-Z][a-z]+)\d?$/.test(value) && value.length >= PASSWORD_LENGTH.likely;
    if (!oneWord || !(settings || quoted)) return undefined;
    return /\d$/.test(value) ? 'likely' : 'weak';
  }
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[A-Za-z_$]+(?:\.[A-Za-z_$]+)+$/.test(value))
    return undefined;
  // The name of the next field.
  if (/^[A-Za-z_][\w-]*=$/.test(value) && !drawnAtRandom(value)) return undefined;
  if (/&(?:lt|gt|quot|#x?[0-9a-f]+);/i.test(value)) return undefined;
  if (looksLikeCode(value)) return quoted ? 'weak' : undefined;
  if (value.length < PASSWORD_LENGTH.likely) return 'weak';
  return classes(value) >= 2 || drawnAtRandom(value) ? 'likely' : 'weak';
}

function secretTier(value: string, { quoted, settings }: Standing): Tier | undefined {
  if (value.length < 8 || value.length > 1024 || /\s/.test(value)) return undefined;
  if (PLAIN.some((shape) => shape.test(value)) || looksLikeCode(value)) return undefined;
  if (drawnAtRandom(value)) return value.length >= 12 ? 'likely' : 'weak';
  if (IDENTIFIER.test(value) || /^[\w.:/-]*$/.test(value) === false) {
    // `S3cr3t!Value` was typed by somebody.
    return classes(value) >= 3 &&
      /\d/.test(value) &&
      !IDENTIFIER.test(value) &&
      (quoted || settings)
      ? 'weak'
      : undefined;
  }
  return classes(value) >= 2 && /\d/.test(value) && settings ? 'weak' : undefined;
}

/** Text in another alphabet: a label. One character of such is two bytes or three. */
function isForeign(value: string): boolean {
  const high = value.replace(/[\x00-\x7f]/g, '').length;
  return high >= 4 && high * 2 > value.length;
}

/** Words with blanks between: a message, a label, a question. */
function isProse(value: string): boolean {
  if (!/\s/.test(value))
    return /^[A-Za-z]+[:?!.,]$/.test(value) || (/[:?]$/.test(value) && /^[A-Za-z ]+.$/.test(value));
  const words = value.trim().split(/\s+/);
  return (
    words.length > 2 || words.filter((word) => /^[A-Za-z'-]+[.,:;!?]?$/.test(word)).length >= 1
  );
}

/** Pieces of programs and of other texts with structure: brackets in pairs, arrows, operators, separators of lists. */
function looksLikeCode(value: string): boolean {
  return /[()[\]{}<>].*[()[\]{}<>]|=>|->|::|&&|\|\||==|\\[nrtdws]|^[,;:)\]}=]|[,;({[]$|\+\+|<\/|\/>/.test(
    value.slice(0, 256),
  );
}

/** Kinds of characters: small letters, capitals, digits, other signs. */
function classes(value: string): number {
  return [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(value)).length;
}

/** Bits a character by the order of letters. Of identifiers one in a hundred has more than 4.1, of random base62 one in fifty less than 5. */
const RARE = 4.9;
const RARE_LONG = 4.6;

/** No word, no name: a program has drawn it. */
export function drawnAtRandom(value: string): boolean {
  if (value.length < 8) return false;
  if (UUID.test(value)) return true;
  if (HEX.test(value))
    return value.length >= 16 && /\d/.test(value) && /[a-f]/i.test(value) && entropy(value) > 2.8;
  if (/[^\w+/=.~:-]/.test(value)) return false;
  const digits = value.replace(/\D/g, '').length;
  const letters = value.replace(/[^A-Za-z]/g, '').length;
  if (digits + letters < value.length * 0.8) return false;
  const mixed = digits > 0 && letters > 0;
  const bits = rarity(value);
  if (!mixed) return value.length >= 16 && bits > 5.6 && entropy(value) > 3;
  return bits > (value.length >= 20 ? RARE_LONG : RARE) && entropy(value) > 2.5;
}
