import type { CommandEntry, HostEntry } from './types.ts';

/** Every line a profile can hold, by its key, with the type of what stands there. */
export interface EntryValues {
  'agent.program': string;
  'agent.description': string;
  workspace: 'live';
  'files.hide': string;
  'files.redact': string;
  'files.protect': string;
  'files.expose': string;
  'files.write': string;
  'home.read': string;
  'home.write': string;
  'home.copy': string;
  'system.read': string;
  'system.hide': string;
  'env.pass': string;
  'env.set': { name: string; value: string };
  commands: CommandEntry;
  'network.allow': string;
  'network.deny': string;
  'network.hosts': HostEntry;
  'network.host-ports': number;
  'network.publish': number;
  broker: string;
  'sandbox.user-namespaces': boolean;
  /** Seconds. */
  'approvals.timeout': number;
}

export type EntryKey = keyof EntryValues;

/** One line of a profile: plain data, the same for every key, so that layering need not know the shape of the file. */
export type Entry = {
  [K in EntryKey]: {
    key: K;
    value: EntryValues[K];
    /** With its position in a list, e.g. `network.allow[0]`. */
    path: string;
    /** 1-based. */
    line: number;
  };
}[EntryKey];

/** A profile as it stands in one file. */
export interface ProfileContent {
  /** As shown to people. */
  file: string;
  /** Hex SHA-256 of the exact bytes. */
  sha256: string;
  extends: { name: string; line: number; column: number }[];
  entries: Entry[];
}

/** The value of an entry as a person would write it, on one line and not yet made printable. */
export function entryText(entry: Entry): string {
  if (entry.key === 'env.set') return `${entry.value.name}=${entry.value.value}`;
  if (entry.key === 'network.hosts') return `${entry.value.name}: ${entry.value.address}`;
  if (entry.key === 'commands') return `${entry.value.match} (${entry.value.action})`;
  return entry.key === 'approvals.timeout' ? `${entry.value}s` : String(entry.value);
}
