import type { Detector, Match } from '../engine/detector.ts';
import { readState } from './formats/infrastructure.ts';
import { isSecretValue } from './secret-part.ts';

/** Keys of a kubeconfig's users in a file of any name: base64 of a key in armour, which begins `LS0tLS1CRUdJTi`. */
const KUBECONFIG: Detector = {
  id: 'file.kubeconfig',
  tier: 'certain',
  words: ['client-key-data'],
  reach: { before: 0, after: 24_000 },
  rank: 1,
  look: ({ text, end }) =>
    group(text, end, /["']?\s{0,8}:\s{0,8}["']?(LS0tLS1CRUdJTi[A-Za-z0-9+/=]{40,20000})/y),
};

/** `machine HOST login USER password SECRET` where no file's name says so: a script that writes one, a page of notes. */
const NETRC: Detector = {
  id: 'file.netrc',
  tier: 'likely',
  words: ['machine'],
  bounded: { before: true, after: true },
  reach: { before: 0, after: 1024 },
  rank: 1,
  look: ({ text, end }) =>
    group(
      text,
      end,
      /(?:\s|\\n){1,8}[\w.:-]{3,255}(?:\s|\\n){1,16}login(?:\s|\\n){1,8}[^\s"'\\]{1,255}(?:\s|\\n){1,16}password(?:\s|\\n){1,8}([^\s"'\\]{3,512})/y,
    ),
};

/** `auth` of a registry in a file of any name (config.json of Docker): `user:password` in base64. */
const REGISTRY: Detector = {
  id: 'file.docker',
  tier: 'likely',
  words: ['"auth"'],
  reach: { before: 400, after: 1200 },
  rank: 1,
  look: ({ text, at, end }) => {
    if (!/"auths?"\s{0,8}:\s{0,8}\{/.test(text.slice(0, at))) return [];
    return group(text, end, /\s{0,8}:\s{0,8}"([A-Za-z0-9+/]{8,1024}={0,2})"/y).filter(
      ({ start, end: stop }) =>
        /^[\x21-\x7e]{1,200}:[\x20-\x7e]{4,700}$/.test(
          Buffer.from(text.slice(start, stop), 'base64').toString('latin1'),
        ),
    );
  },
};

/** A state of Terraform in a file of another name, as far as it is in reach. */
const STATE: Detector = {
  id: 'file.tfstate',
  tier: 'certain',
  words: ['"terraform_version"'],
  reach: { before: 256, after: 65_536 },
  rank: 1,
  look: ({ text, first, at }) =>
    first && /^\s{0,16}\{\s{0,16}"version"/.test(text.slice(0, at)) ? readState(text) : [],
};

/** Credential files known by their content alone. */
export const FILE_DETECTORS: readonly Detector[] = [KUBECONFIG, NETRC, REGISTRY, STATE];

function group(text: string, from: number, pattern: RegExp): readonly Match[] {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  const value = match?.[1] ?? '';
  if (!match || !isSecretValue(value)) return [];
  const end = match.index + match[0].length;
  return [{ start: end - value.length, end }];
}
