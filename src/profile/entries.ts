import type { CredentialEntry, CredentialSource } from '../credentials/types.ts';
import type { CallRule, CommandEntry, HostEntry } from './types.ts';

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
  'network.rules': CallRule;
  'network.inspect': string;
  'network.opaque': string;
  'network.foreign-credentials': string;
  credentials: CredentialEntry;
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
  if (entry.key === 'commands') {
    const { match, action, confirm } = entry.value;
    return `${match} (${action}${confirm ? `, ${confirm}` : ''})`;
  }
  if (entry.key === 'network.rules') return callRuleText(entry.value);
  if (entry.key === 'credentials') return credentialText(entry.value);
  return entry.key === 'approvals.timeout' ? `${entry.value}s` : String(entry.value);
}

function callRuleText({ action, ...rest }: CallRule): string {
  const said = Object.entries(rest)
    .filter(([key]) => key !== 'reason')
    .map(([key, value]) =>
      typeof value === 'string' ? `${key} ${value}` : `${key} ${JSON.stringify(value)}`,
    );
  return `${said.join(', ')} (${action})`;
}

/** Where the value comes from and where it goes: what a person has to agree to. */
export function credentialText({ name, from, provider, hosts, allow }: CredentialEntry): string {
  const to = [provider ?? [], hosts].flat().join(', ');
  return `${name} from ${sourceText(from)} to ${to}${allow ? `, allowing ${allow.join(', ')}` : ''}`;
}

export function sourceText(from: CredentialSource): string {
  switch (from.kind) {
    case 'env':
      return `the variable ${from.name}`;
    case 'dotenv':
      return `${from.name} in ${from.file}`;
    case 'file':
      return from.path;
    case 'command':
      return `the command ${from.argv.join(' ')}`;
    case 'keyring':
      return `the keyring (${Object.entries(from.attributes).flat().join(' ')})`;
  }
}
