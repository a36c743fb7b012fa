import { join } from 'node:path';
import type { LayerName } from '../policy/types.ts';
import { BASE, builtinProfile } from './builtins.ts';
import { entryText, type Entry } from './entries.ts';
import { ORGANISATION_FILE, userLocations, userProfileFile, type Locations } from './locations.ts';
import { merge, type LayeredEntry } from './merge.ts';
import { fileProblem } from './problem.ts';
import { refuseOwnFolders, refuseUnknownBrokers, refuseUnmatchedWrites } from './refuse.ts';
import { loadAgent, loadFile, withExtended, type Loaded } from './resolve.ts';
import { tightens } from './tighten.ts';
import { isTrusted } from './trust.ts';
import type { EffectiveProfile, IgnoredWidening, ProfileFile } from './types.ts';
import { agentName } from './values.ts';

export interface ProfileOptions {
  /** Word after `guard run`: the agent if there is one of that name, else a bare command. */
  agent: string | null;
  /** Absolute, links resolved. */
  repository: string;
  /** `--profile FILE`: counts as the user's. */
  explicit?: string;
  /** By default from the environment, as are the next two. */
  home?: string;
  configHome?: string;
  stateHome?: string;
  organisationFile?: string;
  /** Whether the repository's profile counts: by the record of trust, or as told. */
  repositoryTrust?: 'record' | 'trusted' | 'untrusted' | 'absent';
}

/** A file in its layer. */
interface Part extends Loaded {
  layer: LayerName;
  trusted: boolean;
}

/** The policy of a session, from every layer. Throws ProfileError or GuardError when any of it cannot be used. */
export async function loadProfile(options: ProfileOptions): Promise<EffectiveProfile> {
  const locations = locationsOf(options);
  const base = await builtinProfile(BASE);
  if (!base) throw fileProblem(BASE, 'it is gone', 'Install guard again');
  const agent =
    options.agent !== null && agentName(options.agent) === null
      ? await loadAgent(options.agent, locations)
      : null;
  const parts: Part[] = [
    { id: BASE, builtin: true, content: base, layer: 'default', trusted: true },
  ];
  const add = async (loaded: Loaded | null, layer: LayerName, trusted = true): Promise<void> => {
    if (!loaded) return;
    for (const each of await withExtended(loaded, layer, locations))
      parts.push({ ...each, layer, trusted });
  };
  await add(agent, agent?.builtin ? 'default' : 'user');
  const program = agent && programOf(parts, agent, locations);
  await add(await loadFile(userProfileFile(locations)), 'user');
  if (options.explicit !== undefined) await add(await explicitFile(options.explicit), 'user');
  const repository = await repositoryFile(options, locations);
  await add(repository?.loaded ?? null, 'repository', repository?.trusted);
  const organisation = options.organisationFile ?? ORGANISATION_FILE;
  await add(await loadFile(organisation), 'organisation');

  const { entries, ignored } = layered(parts);
  const merged = merge({ entries, repositoryTrusted: repository?.trusted ?? true });
  refuseUnmatchedWrites(entries);
  refuseOwnFolders(merged.home.write, locations);
  refuseUnknownBrokers(merged.broker, locations);
  return {
    agent: agent ? options.agent : null,
    program,
    ...merged,
    sources: parts.map(asSource),
    ignored: ignored
      .filter(({ entry }) => !isGranted(entry, merged.approvals.timeout.value, entries))
      .map(({ entry, source }): IgnoredWidening => ({
        key: entry.path,
        value: entryText(entry),
        source,
      })),
  };
}

export function locationsOf(options: Partial<Locations>): Locations {
  const defaults = userLocations(process.env, options.home);
  return {
    home: defaults.home,
    configHome: options.configHome ?? defaults.configHome,
    stateHome: options.stateHome ?? defaults.stateHome,
  };
}

interface SourcedEntry {
  entry: Entry;
  source: LayeredEntry['source'];
}

/** Every line in its layer, and apart from them those that an untrusted repository may not have. */
function layered(parts: Part[]): { entries: LayeredEntry[]; ignored: SourcedEntry[] } {
  const entries: LayeredEntry[] = [];
  const grants: LayeredEntry[] = [];
  const ignored: SourcedEntry[] = [];
  for (const { content, layer, trusted } of parts)
    for (const entry of content.entries) {
      if (entry.key === 'agent.program' || entry.key === 'agent.description') continue;
      const source = { layer, file: content.file, line: entry.line };
      if (!trusted && !tightens(entry)) ignored.push({ entry, source });
      // What the organisation grants is a default like any other; what it refuses is final.
      else if (layer === 'organisation' && !tightens(entry))
        grants.push(toLayered(entry, { ...source, layer: 'default' }));
      else entries.push(toLayered(trusted ? entry : withoutWords(entry), source));
      if (!trusted && entry.key === 'approvals.timeout') ignored.push({ entry, source });
    }
  const first = entries.findIndex(({ source }) => source.layer !== 'default');
  entries.splice(first < 0 ? entries.length : first, 0, ...grants);
  return { entries, ignored };
}

function toLayered(entry: Entry, source: LayeredEntry['source']): LayeredEntry {
  return { key: entry.key, value: entry.value, source } as LayeredEntry;
}

/** A repository nobody has accepted does not get to tell the person who decides what to think. */
function withoutWords(entry: Entry): Entry {
  if (entry.key === 'network.rules') {
    const rule = { ...entry.value };
    delete rule.reason;
    return { ...entry, value: rule };
  }
  if (entry.key !== 'commands') return entry;
  const { match, action, confirm } = entry.value;
  return { ...entry, value: { match, action, ...(confirm ? { confirm } : {}) } };
}

/** Not worth a line about it: what the repository asks for is there already. */
function isGranted(entry: Entry, timeout: number, entries: LayeredEntry[]): boolean {
  if (entry.key === 'approvals.timeout') return entry.value <= timeout;
  const text = entryText(entry);
  return entries.some(
    ({ key, value, source }) =>
      source.layer !== 'repository' &&
      key === entry.key &&
      entryText({ ...entry, value } as Entry) === text,
  );
}

function programOf(parts: Part[], agent: Loaded, { home }: Locations): string {
  for (const { content } of [...parts].reverse())
    for (const entry of content.entries)
      if (entry.key === 'agent.program') {
        if (entry.value === '$SHELL') return process.env.SHELL || '/bin/sh';
        return entry.value.startsWith('~/') ? join(home, entry.value.slice(2)) : entry.value;
      }
  throw fileProblem(agent.content.file, 'it names no program', 'Add "agent: { program: NAME }"');
}

async function explicitFile(path: string): Promise<Loaded> {
  const loaded = await loadFile(path);
  if (loaded) return loaded;
  throw fileProblem(path, 'there is no such file', 'Check the path given to --profile');
}

async function repositoryFile(
  options: ProfileOptions,
  locations: Locations,
): Promise<{ loaded: Loaded; trusted: boolean } | null> {
  const how = options.repositoryTrust ?? 'record';
  const loaded = how === 'absent' ? null : await loadRepositoryFile(options.repository);
  if (!loaded) return null;
  const trusted =
    how === 'record'
      ? isTrusted(locations, options.repository, loaded.content.sha256)
      : how === 'trusted';
  return { loaded, trusted };
}

/** A repository's own profile; never a link, which could lead to a file of the user's. */
export function loadRepositoryFile(repository: string): Promise<Loaded | null> {
  return loadFile(join(repository, '.guard.yaml'), { refuseLinks: true });
}

function asSource({ content, layer, trusted }: Part): ProfileFile {
  return { layer, file: content.file, sha256: content.sha256, trusted };
}
