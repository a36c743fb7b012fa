import type { LayerName, Source } from '../policy/types.ts';
import type { EntryKey, EntryValues } from './entries.ts';
import type { EffectiveProfile, Sourced } from './types.ts';

/** A line of policy in its layer. */
export type LayeredEntry = {
  [K in EntryKey]: { key: K; value: EntryValues[K]; source: Source };
}[EntryKey];

export type MergedPolicy = Omit<EffectiveProfile, 'agent' | 'program' | 'sources' | 'ignored'>;

/** Who wins where one value must be chosen: the user before the repository, both before the defaults. */
const PREFERENCE: LayerName[] = ['default', 'repository', 'user', 'organisation'];

export interface MergeInput {
  /** In the order of layers. Of an untrusted repository only lines that tighten. */
  entries: LayeredEntry[];
  repositoryTrusted: boolean;
}

/** All lines of all layers as one policy. Lists stay in order; lines of one layer that say the same are one. */
export function merge({ entries, repositoryTrusted }: MergeInput): MergedPolicy {
  const all = <K extends EntryKey>(key: K): Sourced<EntryValues[K]>[] =>
    entries
      .filter((entry): entry is Extract<LayeredEntry, { key: K }> => entry.key === key)
      // Safe: the filter has tied the value's type to the key.
      .map(({ value, source }) => ({ value: value as EntryValues[K], source }));
  const scalar = <K extends EntryKey>(
    key: K,
    stricter: (a: EntryValues[K], b: EntryValues[K]) => boolean,
  ): Sourced<EntryValues[K]> => strictest(all(key), repositoryTrusted, stricter, key);
  return {
    workspace: scalar('workspace', () => false),
    files: {
      hide: perLayer(all('files.hide')),
      redact: perLayer(all('files.redact')),
      protect: unlessWritable(perLayer(all('files.protect')), all('files.write')),
      expose: perLayer(all('files.expose')),
    },
    home: {
      read: once(all('home.read')),
      write: once(all('home.write')),
      copy: once(all('home.copy')),
    },
    system: { read: once(all('system.read')), hide: once(all('system.hide')) },
    env: {
      pass: once(all('env.pass')),
      set: Object.fromEntries(
        preferred(all('env.set'), ({ name }) => name).map(({ value, source }) => [
          value.name,
          { value: value.value, source },
        ]),
      ),
    },
    commands: all('commands'),
    network: {
      allow: perLayer(all('network.allow')),
      deny: perLayer(all('network.deny')),
      hosts: preferred(all('network.hosts'), ({ name }) => name),
      hostPorts: once(all('network.host-ports')),
      publish: once(all('network.publish')),
      rules: all('network.rules'),
      inspect: once(all('network.inspect')),
      opaque: once(all('network.opaque')),
      foreignCredentials: once(all('network.foreign-credentials')),
    },
    credentials: preferred(all('credentials'), ({ name }) => name),
    broker: once(all('broker')),
    sandbox: { userNamespaces: scalar('sandbox.user-namespaces', (a, b) => !a && b) },
    approvals: { timeout: scalar('approvals.timeout', (a, b) => a < b) },
  };
}

/** May a line of `by` undo a refusal that stands in `layer`? */
function mayLoosen(by: LayerName, layer: LayerName): boolean {
  if (by === layer) return true;
  return layer === 'default' && (by === 'user' || by === 'repository');
}

/** Refusals: the same line in two layers is kept twice, because each layer answers for itself. */
function perLayer<T>(lines: Sourced<T>[]): Sourced<T>[] {
  return unique(lines, ({ value, source }) => `${source.layer} ${String(value)}`);
}

/** Grants: the first layer that has one suffices. */
function once<T>(lines: Sourced<T>[]): Sourced<T>[] {
  return unique(lines, ({ value }) => String(value));
}

function unique<T>(lines: Sourced<T>[], identity: (line: Sourced<T>) => string): Sourced<T>[] {
  const seen = new Set<string>();
  return lines.filter((line) => {
    const id = identity(line);
    return !seen.has(id) && seen.add(id);
  });
}

function unlessWritable(protect: Sourced<string>[], write: Sourced<string>[]): Sourced<string>[] {
  return protect.filter(
    ({ value, source }) =>
      !write.some((line) => line.value === value && mayLoosen(line.source.layer, source.layer)),
  );
}

/** One line for each name: of the preferred layer, there the last. */
function preferred<T>(lines: Sourced<T>[], nameOf: (value: T) => string): Sourced<T>[] {
  const chosen = new Map<string, Sourced<T>>();
  const rank = (line: Sourced<T>): number => PREFERENCE.indexOf(line.source.layer);
  for (const line of lines) {
    const name = nameOf(line.value);
    const before = chosen.get(name);
    if (!before || rank(line) >= rank(before)) chosen.set(name, line);
  }
  return [...chosen.values()];
}

/** The user's value, else a trusted repository's, else the default; then the repository and the organisation only tighten. */
function strictest<T>(
  lines: Sourced<T>[],
  repositoryTrusted: boolean,
  stricter: (a: T, b: T) => boolean,
  key: string,
): Sourced<T> {
  const last = (layer: LayerName): Sourced<T> | undefined =>
    lines.findLast(({ source }) => source.layer === layer);
  const chosen =
    last('user') ?? (repositoryTrusted ? last('repository') : undefined) ?? last('default');
  if (!chosen) throw new Error(`no layer has ${key}: profiles/base.yaml must`);
  return [last('repository'), last('organisation')].reduce<Sourced<T>>(
    (now, line) => (line && stricter(line.value, now.value) ? line : now),
    chosen,
  );
}
