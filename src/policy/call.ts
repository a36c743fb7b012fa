import type { CallRule, Sourced } from '../profile/types.ts';
import { argumentsHold } from './call-arguments.ts';
import { glob } from './glob.ts';
import { BUILT_IN, deny, refusedCredential } from './call-credential.ts';
import { compileTarget } from './call-target.ts';
import { tierOfOperation } from './call-tier.ts';
import { compileHost, type HostPattern } from './hosts.ts';
import { meetLayers } from './layers.ts';
import { compareActions, strictest } from './strictest.ts';
import {
  OPERATION_CLASSES,
  type Action,
  type CallRequest,
  type CredentialFact,
  type LayerName,
  type Operation,
  type OperationClass,
  type Source,
  type Verdict,
} from './types.ts';

/** What `credentials.NAME` says about operations. */
export interface CredentialScope {
  name: string;
  allow: readonly string[] | null;
  ask: readonly string[] | null;
  deny: readonly string[] | null;
}

/** `--grant NAME:WHAT,WHAT`. */
export interface SessionGrant {
  name: string;
  /** Classes and operations; null for all that the credential's own scope says. */
  allow: readonly string[] | null;
}

/** What calls are judged by, as plain data. */
export interface CallPolicyData {
  rules: readonly Sourced<CallRule>[];
  credentials: readonly Sourced<CredentialScope>[];
  /** `network.foreign-credentials`. */
  foreign: readonly Sourced<string>[];
  /** Null when the session was started without `--grant`: then every credential counts. */
  grants: readonly SessionGrant[] | null;
}

export interface CallPolicy extends Omit<CallPolicyData, 'rules' | 'foreign'> {
  rules: readonly CompiledRule[];
  foreign: readonly HostPattern[];
  repositoryTrusted: boolean;
}

interface CompiledRule {
  written: CallRule;
  source: Source;
  host: HostPattern | null;
  operation: (name: string) => boolean;
  target: (target: string) => boolean;
}

interface Opinion extends Verdict {
  whole: true;
  /** Conditions as `key=pattern`, for telling which of two says more. */
  conditions: readonly string[];
}

/** @throws GuardError for a host pattern that cannot be read */
export function compileCalls(data: CallPolicyData, repositoryTrusted: boolean): CallPolicy {
  const any = (): boolean => true;
  return {
    ...data,
    repositoryTrusted,
    foreign: data.foreign.map((entry) => compileHost(entry, 'deny')),
    rules: data.rules.map(({ value, source }) => ({
      written: value,
      source,
      host: value.host === undefined ? null : compileHost({ value: value.host, source }, 'deny'),
      operation: value.operation === undefined ? any : glob(value.operation),
      target: value.target === undefined ? any : compileTarget(value.target, value.action),
    })),
  };
}

/**
 * What is to be done about a call: of its credential and of all its operations the strictest. A credential that is none
 * of guard's, or is where it does not belong, is refused whatever rules say.
 */
export function decideCall(policy: CallPolicy, request: CallRequest): Verdict {
  const { credential } = request;
  const problem = refusedCredential(policy.foreign, request);
  if (problem) return problem;
  const verdicts = request.operations.map((operation) => {
    const narrowed = outsideGrant(policy, credential, operation);
    return narrowed ?? decideOperation(policy, request, operation);
  });
  return strictest(...(verdicts as [Verdict, ...Verdict[]]));
}

function decideOperation(policy: CallPolicy, request: CallRequest, operation: Operation): Verdict {
  const layers: Partial<Record<LayerName, Opinion[]>> = {};
  for (const opinion of opinions(policy, request, operation))
    (layers[opinion.source.layer] ??= []).push(opinion);
  const base = byClass(request, operation);
  const winner = meetLayers(
    {
      default: weigh(layers.default) ?? base,
      user: weigh(layers.user),
      repository: weigh(layers.repository),
      organisation: weigh(layers.organisation),
    },
    policy.repositoryTrusted,
  );
  const { action, rule, reason, safer, source } = winner ?? base;
  return {
    ...{ action, rule, reason, source },
    ...(safer === undefined ? {} : { safer }),
    ...(action === 'ask' ? { tier: tierOfOperation(operation) } : {}),
    ...(action === 'ask' && operation.target !== null ? { resource: operation.target } : {}),
  };
}

function opinions(policy: CallPolicy, request: CallRequest, operation: Operation): Opinion[] {
  const found: Opinion[] = [];
  for (const { written, source, host, operation: isName, target } of policy.rules) {
    if (host && !host.matches(request.host, request.port)) continue;
    if (written.provider !== undefined && written.provider !== request.provider) continue;
    if (written.class !== undefined && written.class !== operation.class) continue;
    if (!isName(operation.name)) continue;
    // A target that the wire does not show is not the one that an allow names; it may be the one a refusal names.
    if (written.target !== undefined) {
      const known = operation.target !== null;
      if (known ? !target(operation.target ?? '') : written.action === 'allow') continue;
    }
    if (
      written.arguments &&
      !argumentsHold(written.arguments, operation.arguments, written.action === 'allow')
    )
      continue;
    const { action, reason, ...conditions } = written;
    const said = Object.entries(conditions).map(
      ([key, value]) => `${key}=${JSON.stringify(value)}`,
    );
    found.push({
      action,
      rule: `network.rules: ${written.operation ?? written.class ?? written.provider ?? written.host ?? 'any'}`,
      reason: reason ?? `${source.file}:${source.line} says ${action} for it`,
      source,
      whole: true,
      conditions: said,
    });
  }
  const scope = scopeOpinion(policy, request.credential, operation);
  return scope ? [...found, scope] : found;
}

/**
 * What the credential's own lists say: an operation by name before one by class, and among equals the strictest. A pattern
 * says more than a class, but what it lets through beside what was meant is not taken from under a refusal.
 */
function scopeOpinion(
  { credentials }: CallPolicy,
  credential: CredentialFact,
  operation: Operation,
): Opinion | null {
  if (credential.kind !== 'granted') return null;
  const entry = credentials.find(({ value }) => value.name === credential.name);
  if (!entry) return null;
  const { value, source } = entry;
  const found = (['deny', 'ask', 'allow'] as const)
    .map((action) => ({ action, rank: rankIn(value[action], operation) }))
    .filter(({ rank }) => rank > 0)
    .map((one) => (one.action === 'deny' && one.rank === 1 ? { ...one, rank: 2 } : one))
    .sort((a, b) => b.rank - a.rank || compareActions(b.action, a.action))[0];
  if (!found) return null;
  return {
    action: found.action,
    rule: `credentials.${value.name}.${found.action}`,
    reason: `${source.file}:${source.line} says ${found.action} for it with the credential ${value.name}`,
    source,
    whole: true,
    conditions: [`credential="${value.name}"`],
  };
}

/** 0: not in the list; 1: by its class; 2: by a pattern; 3: by its name. */
function rankIn(list: readonly string[] | null, { name, class: kind }: Operation): number {
  let best = 0;
  for (const item of list ?? []) {
    if (item === name) return 3;
    if (isClass(item)) best = Math.max(best, item === kind ? 1 : 0);
    else if (glob(item)(name)) best = Math.max(best, 2);
  }
  return best;
}

function isClass(word: string): word is OperationClass {
  return (OPERATION_CLASSES as readonly string[]).includes(word);
}

function outsideGrant(
  { grants }: CallPolicy,
  credential: CredentialFact,
  operation: Operation,
): Verdict | null {
  if (grants === null || credential.kind !== 'granted') return null;
  const given = grants.filter((grant) => grant.name === credential.name);
  const covered = given.some(({ allow }) => allow === null || rankIn(allow, operation) > 0);
  if (covered) return null;
  return deny(
    'session.grant',
    `this session was not granted ${operation.name} (${operation.class}) with the credential ${credential.name}`,
    'Ask the user to start a session that has it: guard run --grant.',
  );
}

const BY_CLASS: Record<OperationClass, Action> = {
  read: 'allow',
  change: 'ask',
  destroy: 'ask',
  access: 'ask',
  unknown: 'ask',
};
const WHY: Record<OperationClass, string> = {
  read: 'it only reads',
  change: 'it changes something there, and no credential is granted for that',
  destroy: 'it destroys something there',
  access: 'it changes who may do what, or shows a secret',
  unknown: 'what it does there cannot be told from the request',
};

/** Where no rule speaks. At a host without a provider only what plainly destroys or gives access is asked about. */
function byClass({ provider, credential, protocol }: CallRequest, operation: Operation): Opinion {
  const { class: kind, because } = operation;
  const plain =
    provider === null &&
    protocol !== 'postgres' &&
    credential.kind !== 'granted' &&
    (kind === 'change' || kind === 'unknown');
  const reason = because ? `${WHY[kind]}: ${because}` : WHY[kind];
  return {
    action: plain ? 'allow' : BY_CLASS[kind],
    rule: `operation.${kind}`,
    reason,
    source: BUILT_IN,
    whole: true,
    conditions: [],
  };
}

/** Of one layer: those that no other says more precisely, and among these the strictest. */
function weigh(all: Opinion[] | undefined): Opinion | undefined {
  if (!all) return undefined;
  const kept = all.filter((one) => !all.some((other) => saysMore(other, one)));
  return kept.sort((a, b) => compareActions(b.action, a.action))[0];
}

function saysMore(a: Opinion, b: Opinion): boolean {
  return (
    a.conditions.length > b.conditions.length &&
    b.conditions.every((condition) => a.conditions.some((own) => covers(condition, own)))
  );
}

/** The same condition, or a pattern that what the other writes out is an instance of. */
function covers(general: string, special: string): boolean {
  return general === special || (general.includes('*') && glob(general)(special));
}
