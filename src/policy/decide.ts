import { invocationsOf, lastComponent, type NamedInvocation } from './argv/program.ts';
import { decideCall } from './call.ts';
import type { Policy } from './compile.ts';
import { decideConnect } from './connect.ts';
import { entryConfirmation } from './entries.ts';
import { Facts } from './facts.ts';
import { meetLayers } from './layers.ts';
import { moreSpecific, type Shape } from './specificity.ts';
import { compareVerdicts, strictest } from './strictest.ts';
import { resourceOf, tierOf } from './tier.ts';
import type { RuleData } from './rules/pack.ts';
import {
  UNRESOLVED,
  type Action,
  type ExecRequest,
  type LayerName,
  type Request,
  type Source,
  type Verdict,
} from './types.ts';

export { compilePolicy, type Policy } from './compile.ts';

/** A rule or an entry that speaks of a request. */
export interface Opinion extends Verdict {
  shape: Shape;
  whole: boolean;
}

const BUILT_IN: Source = { layer: 'default', file: 'guard', line: 0 };
const NOTHING: Verdict = {
  action: 'allow',
  rule: 'default',
  reason: 'no rule speaks of it',
  source: BUILT_IN,
};

/**
 * What is to be done about a request. Pure and synchronous; never throws: what cannot be judged is denied. Of several
 * names of a program, and of several programs in one command line, the strictest verdict counts.
 */
export function decide(policy: Policy, request: Request): Verdict {
  try {
    if (request.kind === 'connect') return decideConnect(policy.network, request);
    if (request.kind === 'call') return decideCall(policy.calls, request);
    return (
      programsIn(policy, request)
        .map((invocation) => decideInvocation(policy, invocation, request))
        // An explicit allow says more than nothing.
        .reduce(
          (worst, verdict) => (worst === NOTHING ? verdict : strictest(worst, verdict)),
          NOTHING,
        )
    );
  } catch {
    return denied('internal-error', 'guard failed to judge this, and so refuses it');
  }
}

/** Every rule and entry that speaks of an exec, before they are weighed. */
export function opinionsOn(policy: Policy, request: ExecRequest): Opinion[] {
  return programsIn(policy, request).flatMap((invocation) =>
    'invocation' in invocation ? opinions(policy, invocation.invocation, request) : [],
  );
}

type Found = { invocation: NamedInvocation } | { denied: Verdict };

/** One reading of the command line for each program it may be; names that nothing speaks of cost a look-up. */
function programsIn(policy: Policy, request: ExecRequest): Found[] {
  const names = new Set(request.names);
  if (request.path) names.add(lastComponent(request.path));
  const found: Found[] = [];
  const known = [...names].some((name) => policy.known.find(name));
  const [first] = names;
  for (const name of names) {
    // What no pack knows by any of its names is read once, by the first.
    const spokenOf = known ? policy.known.find(name) : name === first;
    if (!spokenOf && policy.openEntries.length === 0 && !policy.entries.has(name)) continue;
    const invocations = invocationsOf(policy.known, name, request.argv);
    if (!invocations)
      return [{ denied: denied('argv.nested', 'programs that start programs, nested too deep') }];
    found.push(...invocations.map((invocation) => ({ invocation })));
  }
  return found;
}

function decideInvocation(policy: Policy, found: Found, request: ExecRequest): Verdict {
  if ('denied' in found) return found.denied;
  const layers: Partial<Record<LayerName, Opinion[]>> = {};
  for (const opinion of opinions(policy, found.invocation, request))
    (layers[opinion.source.layer] ??= []).push(opinion);
  const winner = meetLayers(
    {
      default: weigh(layers.default),
      user: weigh(layers.user),
      repository: weigh(layers.repository),
      organisation: weigh(layers.organisation),
    },
    policy.network.repositoryTrusted,
  );
  if (!winner) return NOTHING;
  const { action, rule, reason, safer, source, reversibility, tier, resource, facts } = winner;
  return {
    ...{ action, rule, reason, source },
    ...(safer === undefined ? {} : { safer }),
    ...(reversibility ? { reversibility } : {}),
    ...(tier ? { tier } : {}),
    ...(resource === undefined ? {} : { resource }),
    ...(facts ? { facts } : {}),
  };
}

function opinions(policy: Policy, invocation: NamedInvocation, request: ExecRequest): Opinion[] {
  const found: Opinion[] = [];
  const ruled = invocation.byVerb ?? invocation;
  if (!ruled.harmless) {
    found.push(...ruleOpinions(policy, new Facts(ruled, request)));
    if (invocation.argv.some((word) => word.includes(UNRESOLVED)))
      found.push(...guessedOpinions(policy, ruled, request, found));
  }
  const entries = [...(policy.entries.get(invocation.name) ?? []), ...policy.openEntries];
  const byRules = [...found];
  for (const entry of entries) {
    const { words, action, reason, source, shape, test } = entry;
    const match = test(invocation, request);
    // Asking about a dry run or a help text tires people; refusing one is somebody's express wish.
    if (!match || (invocation.harmless && action === 'ask')) continue;
    const said = reason ?? `${source.file}:${source.line} says ${action} for "${words}"`;
    found.push({
      action,
      rule: `commands: ${words}`,
      reason: said,
      source,
      ...entryConfirmation(entry, byRules, invocation),
      shape,
      whole: match.whole,
    });
  }
  return found;
}

/** What rules may have against words that are not known, beyond what is settled. */
function guessedOpinions(
  policy: Policy,
  invocation: NamedInvocation,
  request: ExecRequest,
  sure: readonly Opinion[],
): Opinion[] {
  const settled = new Set(sure.map(({ rule }) => rule));
  return ruleOpinions(policy, new Facts(invocation, request, true)).filter(
    ({ rule }) => !settled.has(rule),
  );
}

function ruleOpinions(policy: Policy, facts: Facts): Opinion[] {
  const found: Opinion[] = [];
  const { invocation } = facts;
  for (const rule of policy.rulesOf(invocation.command)) {
    const match = rule.matches.find(
      ({ path, holds }) =>
        path.every((word, index) => invocation.path[index] === word) && holds(facts),
    );
    if (!match || rule.unless(facts)) continue;
    const { id, reason, safer, reversibility, facts: measured } = rule.data;
    const action = facts.guesses ? milder(rule.data.action) : rule.data.action;
    found.push({
      action,
      rule: id,
      reason: action === rule.data.action ? reason : `it may be that ${reason}`,
      safer,
      source: rule.source,
      ...(reversibility ? { reversibility } : {}),
      ...(measured ? { facts: measured } : {}),
      ...(action === 'ask' ? asked(rule.data, invocation) : {}),
      shape: match.shape(facts),
      whole: true,
    });
  }
  return found;
}

/** What a rule may have against words that are not known is a question at most. */
function milder(action: Action): Action {
  return action === 'allow' ? 'allow' : 'ask';
}

function asked(rule: RuleData, invocation: NamedInvocation): Pick<Verdict, 'tier' | 'resource'> {
  return { tier: tierOf(rule, invocation), resource: resourceOf(rule, invocation) };
}

/** Of one layer: the most specific, and among those that cannot be compared the strictest. */
function weigh(all: Opinion[] | undefined): Opinion | undefined {
  if (!all) return undefined;
  const kept = all.filter((one) => !all.some((other) => moreSpecific(other.shape, one.shape)));
  return kept.sort((a, b) => compareVerdicts(b, a))[0];
}

function denied(rule: string, reason: string): Verdict {
  return { action: 'deny', rule, reason, source: BUILT_IN };
}
