/**
 * What looks like a secret by its surroundings. Every repetition is bounded, so the work at each character of the text
 * is, too: no text makes these expressions slow.
 */
const NAME =
  'pass(?:word|wd|phrase)|secret|token|credential|api_?-?key|access_?-?key|private_?-?key';
/** What follows a closing quote without a space belongs to the same word, as in a shell. */
const BARE = `[^\\s"'&;,]`;
const VALUE = `"[^"]{1,4096}"${BARE}{0,4096}|'[^']{1,4096}'${BARE}{0,4096}|${BARE}{1,4096}`;

const SHAPES: { pattern: RegExp; kept: (...groups: string[]) => string }[] = [
  // https://user:…@host, and a token in the place of the user (RFC 3986, section 3.2.1)
  shape(`(:\\/\\/[^\\s/:@"']{0,256}:)[^\\s/@"']{1,1024}(?=@)`),
  shape(`(:\\/\\/)[^\\s/:@"']{20,1024}(?=@)`),
  // Authorization: Bearer …, in a header line, a JSON object or a curl argument (RFC 9110, section 11.4)
  shape(`(authorization["']?\\s{0,4}[:=]\\s{0,4}["']?(?:[\\w-]{1,32}\\s{1,4})?)(?:${VALUE})`),
  shape(`(\\bbearer\\s{1,4})[\\w.~+/=-]{8,4096}`),
  // X-Api-Key: …, PRIVATE-TOKEN: …
  shape(`(\\b(?:[\\w-]{0,64}-)?(?:${NAME})\\s{0,4}:\\s{1,4})[\\w.~+/=-]{8,4096}`),
  // "password": "…"
  shape(`((?:${NAME})["']\\s{0,4}:\\s{0,4})(?:"[^"]{1,4096}"|'[^']{1,4096}')`),
  // PGPASSWORD=…, ?access_token=…
  shape(`((?:${NAME})\\w{0,32}=)(?:${VALUE})`),
  // --password …, --api-key …, inside one string such as the argument of `sh -c`
  shape(`(--?(?:[\\w-]{0,64}-)?(?:${NAME})\\s{1,4})(?!-)(?:${VALUE})`),
];

/** None of the shapes can match a text without one of these. */
const WORTH_A_LOOK = new RegExp(`${NAME}|authorization|bearer|:\\/\\/`, 'i');

/** What one shape has replaced can make another's: two rounds settle all but texts made for it. */
const ROUNDS = 8;

/** Replaces the value part of anything shaped like a credential by `[redacted]`. Pure; the same again changes nothing. */
export function redactShapes(text: string): string {
  if (!WORTH_A_LOOK.test(text)) return text;
  let out = text;
  for (let round = 0, before = ''; round < ROUNDS && out !== before; round++) {
    before = out;
    for (const { pattern, kept } of SHAPES)
      out = out.replace(pattern, (_, ...rest: string[]) => kept(...rest));
  }
  return out;
}

/** An option whose value is the next argument: `--password`, `-token`, `--db-password`. */
export const SECRET_OPTION = new RegExp(`^--?(?:[\\w-]{0,64}-)?(?:${NAME})$`, 'i');

function shape(source: string): { pattern: RegExp; kept: (...groups: string[]) => string } {
  return { pattern: new RegExp(source, 'gi'), kept: (before = '') => `${before}[redacted]` };
}
