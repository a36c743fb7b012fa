import type { Source, Tier } from '../policy/types.ts';
import type { Checked } from './types.ts';

const BUILT_IN: Source = { layer: 'default', file: 'guard', line: 0 };

export const NOTHING_SAID: Checked = {
  action: 'allow',
  rule: 'default',
  reason: 'no rule speaks of it',
  source: BUILT_IN,
};

export function asks(rule: string, reason: string, safer?: string, tier: Tier = 'review'): Checked {
  return {
    action: 'ask',
    rule: `check.${rule}`,
    reason,
    ...(safer === undefined ? {} : { safer }),
    source: BUILT_IN,
    reversibility: 'irreversible',
    tier,
  };
}

export function denies(rule: string, reason: string, safer?: string): Checked {
  return {
    action: 'deny',
    rule: `check.${rule}`,
    reason,
    ...(safer === undefined ? {} : { safer }),
    source: BUILT_IN,
  };
}

export const TOO_DEEP = denies(
  'too-deep',
  'it is nested too deep, or holds more commands than guard reads',
  'Give it in smaller parts.',
);
