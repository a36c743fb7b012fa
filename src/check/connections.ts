import type { ShellWrite, Stream } from '../shell/types.ts';
import { UNRESOLVED } from '../policy/types.ts';
import type { Checked } from './types.ts';
import { asks } from './verdicts.ts';

const CLIENTS = /^(?:nc|ncat|netcat|nc\.(?:openbsd|traditional)|telnet|socat)$/;
const REDIS = /(?:^|[:/])(?:6379|638\d|26379)$/;
const MEMCACHED = /(?:^|[:/])11211$/;

export const REMOTE_SHELL = asks(
  'connection',
  'it joins a command on this machine to a connection, so that whoever is there may steer it or read what it prints',
  'Use ssh, or a client made for that service.',
);
const CLEARS = asks('connection', 'it clears a whole cache', 'Delete single keys.');

/** A redirection to `/dev/tcp/HOST/PORT`; null for one that only looks whether somebody listens. */
export function judgeConnection({ target, both, argv }: ShellWrite): Checked | null {
  if (both) return REMOTE_SHELL;
  const [name = ':', ...args] = argv ?? [];
  if (/^(?::|true|cat|exec)$/.test(name) && args.length === 0) return null;
  const known = !args.some((arg) => arg.includes(UNRESOLVED));
  const local = /^\/dev\/(?:tcp|udp)\/(?:localhost|127\.|::1)/.test(target);
  return /^(?:echo|printf)$/.test(name) && (known || local) ? null : REMOTE_SHELL;
}

/** A text that goes to a data store without its client: as its client would be given it. */
export function judgeSent(
  words: readonly string[],
  stdin: Stream | null,
): string[] | Checked | null {
  if (!stdin || stdin.text.trim() === UNRESOLVED) return null;
  if (words.some((word) => MEMCACHED.test(word)) && /^flush_all/m.test(stdin.text)) return CLEARS;
  return words.some((word) => REDIS.test(word)) ? ['redis-cli'] : null;
}

export function isConnection(name: string): boolean {
  return CLIENTS.test(name);
}
