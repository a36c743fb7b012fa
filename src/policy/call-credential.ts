import type { HostPattern } from './hosts.ts';
import type { CallRequest, Source, Verdict } from './types.ts';

export const BUILT_IN: Source = { layer: 'default', file: 'guard', line: 0 };

/** What is refused whatever rules say: a credential that is none of guard's, or is where it does not belong. */
export function refusedCredential(
  foreign: readonly HostPattern[],
  request: CallRequest,
): Verdict | null {
  const { credential, host, port } = request;
  switch (credential.kind) {
    case 'none':
    case 'granted':
      return null;
    case 'foreign':
      if (foreign.some((pattern) => pattern.matches(host, port))) return null;
      return deny(
        'credential.foreign',
        `${credential.where} holds a credential that guard did not issue, and such are worth nothing here`,
        'The user can bind one to this host under credentials in the profile.',
      );
    case 'stand-in':
      return deny(
        'credential.stand-in',
        `${credential.where} holds what stands in the place of a secret in a covered file`,
        'The user can let this session use the real one: credentials in the profile.',
      );
    case 'expired':
      return deny('credential.expired', `the credential ${credential.name} has expired`);
    case 'revoked':
      return deny('credential.revoked', `the credential ${credential.name} was revoked`);
    case 'not-granted':
      return deny(
        'session.grant',
        `this session was started without the credential ${credential.name}`,
        'Ask the user to start a session that has it: guard run --grant.',
      );
    case 'misplaced':
      return deny(
        'credential.misplaced',
        `the placeholder of the credential ${credential.name} is where it does not belong: ${credential.where}`,
      );
    case 'leak':
      return deny('credential.leak', `a real secret of the user's is in ${credential.where}`);
  }
}

export function deny(rule: string, reason: string, safer?: string): Verdict {
  return { action: 'deny', rule, reason, ...(safer ? { safer } : {}), source: BUILT_IN };
}
