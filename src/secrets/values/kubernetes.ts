import type { Detector, Hit, Match } from '../engine/detector.ts';
import { exampleKind } from './example-values.ts';
import { nameKind } from './names.ts';
import { isPublicValue } from '../public-value.ts';
import { tierAt } from './paths.ts';

/** A document that may hold a Secret, up to the next one. */
const BEFORE = 4096;
const AFTER = 12_000;
const SECTION = /(?:^|\n)([ \t]{0,16})(data|stringData):[ \t]*(?:#[^\r\n]{0,200})?\r?\n/g;
const LINE =
  /([ \t]{1,20})["']?([\w.-]{1,253})["']?:[ \t]{1,8}([^\r\n]{1,8192}?)[ \t]*(?:\r?\n|$)/y;
/** `|`, `>-` and so on: the value is in the lines below. */
const SKIPPED = /[ \t]*(?:#[^\r\n]{0,512})?\r?\n|[ \t]{1,40}[^\r\n]{1,8192}(?:\r?\n|$)/y;

/** The values of a Kubernetes Secret, whatever their names are: `data` in base64, `stringData` as they are. */
export const KUBERNETES_SECRET: Detector = {
  id: 'kubernetes.secret',
  tier: 'likely',
  words: ['kind: secret'],
  bounded: { after: true },
  reach: { before: BEFORE, after: AFTER },
  rank: 1,
  look: lookAtSecret,
};

function lookAtSecret({ text, at, end, path }: Hit): readonly Match[] {
  if (/^["']?[A-Za-z]/.test(text.slice(end)) || !/apiVersion/.test(text)) return [];
  const from = Math.max(0, text.lastIndexOf('\n---', at));
  const next = text.indexOf('\n---', end);
  const document = text.slice(from, next < 0 ? text.length : next);
  const matches: Match[] = [];
  for (const section of document.matchAll(SECTION)) {
    const indent = (section[1] as string).length;
    let position = section.index + section[0].length;
    while (position < document.length) {
      LINE.lastIndex = position;
      const line = LINE.exec(document);
      if (!line) {
        SKIPPED.lastIndex = position;
        if (!SKIPPED.test(document)) break;
        position = SKIPPED.lastIndex;
        continue;
      }
      if ((line[1] as string).length <= indent) break;
      const written = line[3] as string;
      const valueAt =
        position +
        line[0].indexOf(written, (line[1] as string).length + (line[2] as string).length + 1);
      matches.push(
        ...valueMatch(line[2] as string, written, from + valueAt, section[2] === 'data', path),
      );
      position = LINE.lastIndex;
    }
  }
  return matches;
}

function valueMatch(
  name: string,
  written: string,
  at: number,
  coded: boolean,
  path: string,
): Match[] {
  const quote = /^["']/.exec(written)?.[0] ?? '';
  const value = quote ? written.slice(1, written.endsWith(quote) ? -1 : undefined) : written;
  const secret = coded ? decodedValue(value) : value;
  if (
    secret === undefined ||
    secret.length < 4 ||
    /^(?:true|false|\d{1,5}|[|>][-+]?\d?)$/.test(secret)
  )
    return [];
  const kind = exampleKind(secret.trim());
  if (kind === 'placeholder' || isPublicSecretValue(name, secret)) return [];
  const tier = tierAt(path, kind === 'common' || isPlainValue(secret) ? 'weak' : 'likely');
  return tier ? [{ start: at + quote.length, end: at + quote.length + value.length, tier }] : [];
}

/** A certificate, or a setting that was put beside the secrets: `LOG_LEVEL: info`, `retention: 30d`. */
export function isPublicSecretValue(name: string, value: string): boolean {
  const text = value.trim();
  if (/^-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}(?:CERTIFICATE|PUBLIC KEY|CRL|PARAMETERS)/.test(text))
    return !text.includes('PRIVATE KEY');
  return !nameKind(name) && isPublicValue(name.replace(/[.-]/g, '_').toUpperCase(), text);
}

/** An address, a host, a path, a word: worth hiding, no secret by itself. */
export function isPlainValue(value: string): boolean {
  return /^[a-z]+:\/\/[^@]*$|^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::\d{1,5})?$|^[a-z][a-z_-]{0,20}$|^\/[\w./-]*$|^[\w.+-]+@[\w.-]+$/.test(
    value.trim(),
  );
}

function decodedValue(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/]{4,}={0,2}$/.test(value)) return undefined;
  return Buffer.from(value, 'base64').toString('latin1');
}
