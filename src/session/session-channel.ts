import { ttyChannel } from '../approval/tty-channel.ts';
import type { TerminalChannel } from '../approval/types.ts';
import { relayChannel } from '../terminal/relay-channel.ts';
import type { TerminalRelay } from '../terminal/terminal-relay.ts';
import type { JobControl } from './job-control.ts';

/** Where a session's user is asked. `redirected`: the session was given descriptors of its own, and nobody can be. */
export function sessionChannel(
  relay: TerminalRelay | null,
  jobs: JobControl | null,
  redirected: boolean,
): TerminalChannel {
  if (relay) {
    const channel = relayChannel(relay);
    return jobs ? jobs.guarding(channel) : channel;
  }
  if (!redirected) return ttyChannel();
  return {
    available: () => 'no-terminal',
    acquire: () => Promise.reject(new Error('no terminal')),
  };
}
