import type { CommandEntry, EffectiveProfile, Sourced } from '../profile/types.ts';
import type { RulePackData } from './rules/pack.ts';

/** Everything `decide` goes by, as plain data: it is posted to worker threads. */
export interface PolicyData {
  packs: RulePackData[];
  commands: Sourced<CommandEntry>[];
  network: {
    allow: Sourced<string>[];
    deny: Sourced<string>[];
  };
  /** A human accepted the repository's profile as it is now. */
  repositoryTrusted: boolean;
}

/** The part of a profile that decisions are made by, with the rule packs. */
export function policyData(profile: EffectiveProfile, packs: RulePackData[]): PolicyData {
  return {
    packs,
    commands: profile.commands,
    network: { allow: profile.network.allow, deny: profile.network.deny },
    repositoryTrusted: profile.sources.every(
      ({ layer, trusted }) => layer !== 'repository' || trusted,
    ),
  };
}
