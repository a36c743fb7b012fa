import { callRule, credentialEntry } from './read-credential.ts';
import type { Entry, EntryKey, ProfileContent } from './entries.ts';
import type { ProfileDocument } from './schema.ts';
import { durationSeconds } from './values.ts';
import type { YamlSource } from './yaml-source.ts';

/** A valid document as a flat list of entries, in the order of the schema, each with its line. */
export function flatten(
  data: ProfileDocument,
  source: YamlSource,
): Pick<ProfileContent, 'extends' | 'entries'> {
  const entries: Entry[] = [];
  const add = (key: EntryKey, value: unknown, path: (string | number)[], shown: string): void => {
    const { line } = source.valueAt(path);
    // The schema has checked that the value is of the key's type.
    entries.push({ key, value, path: shown, line } as Entry);
  };
  const addList = (key: EntryKey, path: string[], values: readonly unknown[] | undefined): void => {
    values?.forEach((value, index) => add(key, value, [...path, index], `${key}[${index}]`));
  };
  const addMap = (
    key: 'env.set' | 'network.hosts',
    path: string[],
    map: Record<string, string> | undefined,
  ): void => {
    for (const [name, value] of Object.entries(map ?? {}))
      add(
        key,
        key === 'env.set' ? { name, value } : { name: name.toLowerCase(), address: value },
        [...path, name],
        `${key}.${name}`,
      );
  };

  if (data.agent) {
    add('agent.program', data.agent.program, ['agent', 'program'], 'agent.program');
    const { description } = data.agent;
    if (description !== undefined)
      add('agent.description', description, ['agent', 'description'], 'agent.description');
  }
  if (data.workspace) add('workspace', data.workspace, ['workspace'], 'workspace');
  for (const name of ['hide', 'redact', 'protect', 'expose', 'write'] as const)
    addList(`files.${name}`, ['files', name], data.files?.[name]);
  for (const name of ['read', 'write', 'copy'] as const)
    addList(`home.${name}`, ['home', name], data.home?.[name]?.map(withoutEndSlash));
  for (const name of ['read', 'hide'] as const)
    addList(`system.${name}`, ['system', name], data.system?.[name]?.map(withoutEndSlash));
  addList('env.pass', ['env', 'pass'], data.env?.pass);
  addMap('env.set', ['env', 'set'], data.env?.set);
  addList('commands', ['commands'], data.commands);
  for (const name of ['allow', 'deny'] as const)
    addList(
      `network.${name}`,
      ['network', name],
      data.network?.[name]?.map((host) => host.toLowerCase()),
    );
  addMap('network.hosts', ['network', 'hosts'], data.network?.hosts);
  addList('network.host-ports', ['network', 'host-ports'], data.network?.['host-ports']);
  addList('network.publish', ['network', 'publish'], data.network?.publish);
  addList('network.rules', ['network', 'rules'], data.network?.rules?.map(callRule));
  for (const name of ['inspect', 'opaque', 'foreign-credentials'] as const)
    addList(
      `network.${name}`,
      ['network', name],
      data.network?.[name]?.map((host) => host.toLowerCase()),
    );
  for (const [name, written] of Object.entries(data.credentials ?? {}))
    add(
      'credentials',
      credentialEntry(name, written),
      ['credentials', name],
      `credentials.${name}`,
    );
  addList('broker', ['broker'], data.broker);
  const namespaces = data.sandbox?.['user-namespaces'];
  if (namespaces !== undefined)
    add(
      'sandbox.user-namespaces',
      namespaces,
      ['sandbox', 'user-namespaces'],
      'sandbox.user-namespaces',
    );
  const timeout = data.approvals?.timeout;
  if (timeout !== undefined)
    add(
      'approvals.timeout',
      durationSeconds(timeout),
      ['approvals', 'timeout'],
      'approvals.timeout',
    );
  return {
    extends: (data.extends ?? []).map((name, index) => ({
      name,
      ...source.valueAt(['extends', index]),
    })),
    entries,
  };
}

function withoutEndSlash(path: string): string {
  return path.replace(/\/+$/, '').replace(/\/{2,}/g, '/');
}
