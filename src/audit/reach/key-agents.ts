import { join } from 'node:path';
import { askSocket, isOpenSocket } from './ask-socket.ts';
import type { Surroundings } from '../../secrets/files/store-places.ts';
import type { Found, UnderGuard } from './types.ts';

/** draft-miller-ssh-agent, section 5.1: SSH_AGENTC_REQUEST_IDENTITIES, and its answer. */
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
/** As many as ssh-add(1) would list (MAX_AGENT_IDENTITIES of OpenSSH's authfd.c); whoever answers may claim any number. */
const MOST_KEYS = 2048;

/** How many keys an ssh-agent would sign with; null where none answers. */
export async function sshAgentKeys(socket: string): Promise<number | null> {
  const question = Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES]);
  // Length of the message, its type, the number of keys; more is not needed.
  const answer = await askSocket(socket, question, (bytes) => bytes.length >= 9);
  return answer?.[4] === IDENTITIES_ANSWER ? Math.min(answer.readUInt32BE(5), MOST_KEYS) : null;
}

/** How many secret keys a gpg-agent has (Assuan: `KEYINFO --list`); null where none answers. */
export async function gpgAgentKeys(socket: string): Promise<number | null> {
  const answer = await askSocket(socket, 'KEYINFO --list\n', (bytes) => {
    const lines = bytes.toString('latin1').split('\n').slice(0, -1);
    // The first is the greeting.
    return lines.slice(1).some((line) => /^(?:OK|ERR)\b/.test(line));
  });
  return answer ? (answer.toString('latin1').match(/^S KEYINFO /gm) ?? []).length : null;
}

export interface AgentOptions {
  around: Surroundings;
  underGuard: UnderGuard;
  uid: number;
}

/** Agents that sign for whoever can open their socket. */
export async function inAgents({ around, underGuard, uid }: AgentOptions): Promise<Found[]> {
  const { env, home } = around;
  const found: Found[] = [];
  const ssh = env.SSH_AUTH_SOCK;
  const sshKeys = ssh?.startsWith('/') ? await sshAgentKeys(ssh) : null;
  if (ssh && sshKeys)
    found.push({
      ...agent(ssh, 'ssh-agent', sshKeys),
      power: 'logs in as you wherever its keys are known, as long as the agent runs',
      underGuard: underGuard.socket(ssh),
    });
  const folder = env.GNUPGHOME?.startsWith('/') ? env.GNUPGHOME : join(home, '.gnupg');
  for (const socket of [`/run/user/${uid}/gnupg/S.gpg-agent`, join(folder, 'S.gpg-agent')]) {
    const keys = isOpenSocket(socket) ? await gpgAgentKeys(socket) : null;
    if (!keys) continue;
    found.push({
      ...agent(socket, 'gpg-agent', keys),
      power: 'signs and decrypts as you; it may ask for a passphrase first',
      underGuard: underGuard.socket(socket),
    });
    break;
  }
  return found;
}

function agent(where: string, name: string, keys: number) {
  return {
    kind: 'agent',
    where,
    what: `${name} with ${keys} ${keys === 1 ? 'key' : 'keys'}`,
    rule: null,
    tier: 'certain',
    provider: null,
    unlimited: false,
    count: keys,
    secrets: Array.from({ length: keys }, (_, index) => `${where}\0${index}`),
    commit: null,
  } as const;
}
