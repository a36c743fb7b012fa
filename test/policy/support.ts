import type { PolicyData } from '../../src/policy/policy-data.ts';
import type { ConnectRequest, ExecRequest, LayerName } from '../../src/policy/types.ts';
import { words } from './words.ts';

/** The place every example is written for. */
export function exec(command: string | string[], more: Partial<ExecRequest> = {}): ExecRequest {
  const argv = typeof command === 'string' ? words(command) : command;
  const name = argv[0] ?? '';
  return {
    kind: 'exec',
    path: name.includes('/') ? name : `/usr/bin/${name}`,
    names: [name.slice(name.lastIndexOf('/') + 1)],
    argv,
    cwd: '/home/me/project',
    repository: '/home/me/project',
    home: '/home/me',
    ...more,
  };
}

export function connect(host: string | null, port = 443): ConnectRequest {
  return { kind: 'connect', host, address: '198.18.0.1', port };
}

export function source(layer: LayerName, line = 1) {
  return { layer, file: `${layer}.yaml`, line };
}

export function data(more: Partial<PolicyData> = {}): PolicyData {
  return {
    packs: [],
    commands: [],
    network: { allow: [], deny: [] },
    calls: { rules: [], credentials: [], foreign: [], grants: null },
    repositoryTrusted: false,
    ...more,
  };
}
