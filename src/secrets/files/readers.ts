import type { FileReader, Match, Tier } from '../engine/detector.ts';
import { pathTraits } from '../values/paths.ts';
import { tierNear } from '../values/real-values.ts';
import type { Format } from './format.ts';
import { inOrder } from './format.ts';
import { CLOUD_FORMATS } from './formats/clouds.ts';
import { CONTAINER_FORMATS } from './formats/containers.ts';
import { DATABASE_FORMATS } from './formats/databases.ts';
import { DOTENV } from './formats/dotenv.ts';
import { EDITOR_FORMATS } from './formats/editors.ts';
import { FRAMEWORK_FORMATS } from './formats/frameworks.ts';
import { HISTORY_FORMATS } from './formats/histories.ts';
import { HOSTING_FORMATS } from './formats/hosting.ts';
import { INFRASTRUCTURE_FORMATS } from './formats/infrastructure.ts';
import { KEY_FORMATS } from './formats/keys.ts';
import { LINE_FORMATS } from './formats/lines.ts';
import { NETRC } from './formats/netrc.ts';
import { NETWORK_FORMATS } from './formats/network.ts';
import { PROGRAM_FORMATS } from './formats/programs.ts';
import { REGISTRY_FORMATS } from './formats/registries.ts';
import { SESSION_FORMATS } from './formats/sessions.ts';
import { PlaceIndex } from './place-index.ts';

export const FORMATS: readonly Format[] = [
  DOTENV,
  NETRC,
  ...LINE_FORMATS,
  ...REGISTRY_FORMATS,
  ...CONTAINER_FORMATS,
  ...INFRASTRUCTURE_FORMATS,
  ...CLOUD_FORMATS,
  ...HOSTING_FORMATS,
  ...DATABASE_FORMATS,
  ...FRAMEWORK_FORMATS,
  ...PROGRAM_FORMATS,
  ...EDITOR_FORMATS,
  ...NETWORK_FORMATS,
  ...KEY_FORMATS,
  ...SESSION_FORMATS,
  ...HISTORY_FORMATS,
];

const index = new PlaceIndex<FileReader>();

/** Readers of the files that common tools keep credentials in. */
export const FILE_READERS: readonly FileReader[] = FORMATS.map(readerOf);

/** The same, by path: what an engine asks once for each file. */
export function readersAt(path: string): readonly FileReader[] {
  return index.at(path);
}

function readerOf(format: Format): FileReader {
  const tier = format.tier ?? 'certain';
  const reader: FileReader = {
    id: format.id,
    tier,
    whole: format.whole ?? false,
    takes: (path) => index.at(path).includes(reader),
    read: (text, path) => lowered(inOrder(format.read(text, path)), reader, text, path),
  };
  for (const pattern of format.at) index.add(pattern, reader);
  return reader;
}

const ORDER: readonly Tier[] = ['weak', 'likely', 'certain'];

/**
 * What tests and templates hold is made up more often than not, and what tests of somebody else's hold is known to all.
 * A dotenv file is read by a program below tests too; anywhere a value that nobody makes up stays as likely as it was.
 */
function lowered(matches: Match[], { id, tier }: FileReader, text: string, path: string): Match[] {
  if (matches.length === 0) return matches;
  const traits = pathTraits(path);
  const made = (traits.test && id !== DOTENV.id) || traits.sample || traits.docs;
  const by = made ? (traits.dependency ? 2 : 1) : 0;
  if (by === 0) return matches;
  return matches.map((match) => {
    const known = match.tier ?? tier;
    const rank = Math.max(0, ORDER.indexOf(known) - by);
    const value = text.slice(match.start, match.end);
    const real =
      known === 'likely' && tierNear({ text, path }, known, { value, at: match.start }) === known;
    return { ...match, tier: real ? known : (ORDER[rank] ?? 'weak') };
  });
}
