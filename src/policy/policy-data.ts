import type { CommandEntry, EffectiveProfile, Sourced } from '../profile/types.ts';
import type { CallPolicyData, SessionGrant } from './call.ts';
import type { CompactPack } from './rules/compact.ts';
import type { RulePackData } from './rules/pack.ts';

/** Everything `decide` goes by, as plain data: it is posted to worker threads. */
export interface PolicyData {
  packs: (CompactPack | RulePackData)[];
  commands: Sourced<CommandEntry>[];
  network: {
    allow: Sourced<string>[];
    deny: Sourced<string>[];
  };
  calls: CallPolicyData;
  /** A human accepted the repository's profile as it is now. */
  repositoryTrusted: boolean;
}

/** The part of a profile that decisions are made by, with the rule packs. */
export function policyData(
  profile: EffectiveProfile,
  packs: PolicyData['packs'],
  grants: readonly SessionGrant[] | null = null,
): PolicyData {
  return {
    packs,
    commands: profile.commands,
    network: { allow: profile.network.allow, deny: profile.network.deny },
    calls: {
      rules: profile.network.rules,
      credentials: profile.credentials.map(({ value: { name, allow, ask, deny }, source }) => ({
        value: { name, allow, ask, deny },
        source,
      })),
      foreign: profile.network.foreignCredentials,
      grants,
    },
    repositoryTrusted: profile.sources.every(
      ({ layer, trusted }) => layer !== 'repository' || trusted,
    ),
  };
}
