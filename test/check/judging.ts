import { Judge } from '../../src/check/judge.ts';
import type { Checked } from '../../src/check/types.ts';
import { compilePolicy, type Policy } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { data } from '../policy/support.ts';

export const PLACE = { repository: '/home/me/project', home: '/home/me', user: 'me' };
export const policy = compilePolicy(data({ packs: await loadRulePacks() }));

export function text(shell: string, by: Policy = policy): Checked {
  return new Judge(by, PLACE).text(shell, PLACE.repository);
}

export function argv(words: readonly string[], by: Policy = policy): Checked {
  return new Judge(by, PLACE).argv(words, PLACE.repository);
}
