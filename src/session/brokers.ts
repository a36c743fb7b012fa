import { join } from 'node:path';
import type { ShimSpec, SessionShims } from '../broker/shims.ts';
import type { BrokerDecision } from '../broker/types.ts';
import type { BrokerContext, BrokerDefinition } from '../broker/definition.ts';
import { userLocations } from '../profile/locations.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import type { SandboxPlan } from '../sandbox/plan.ts';
import type { Brokering, BrokeringOptions } from './brokering.ts';
import type { SessionFolder } from './session-folder.ts';

/** A call that met a shim, with what it is resolved by. */
export interface ShimmedCall extends Pick<
  BrokerContext,
  'repository' | 'home' | 'signal' | 'writable' | 'readOnly'
> {
  broker: string;
  argv: readonly string[];
  cwd: string;
}

/** The brokers of a session. */
export interface Brokers {
  shims: ShimSpec[];
  resolve(call: ShimmedCall): Promise<BrokerDecision>;
}

/** Those the profile names; null without any, and then nothing of this is read. */
export async function loadBrokers(
  profile: EffectiveProfile,
  home: string,
): Promise<Brokers | null> {
  const names = profile.broker.map(({ value }) => value);
  if (names.length === 0) return null;
  const [{ loadBrokerDefinitions }, { resolveBroker }] = await Promise.all([
    import('../broker/load-definitions.ts'),
    import('../broker/resolve.ts'),
  ]);
  const { configHome } = userLocations(process.env, home);
  const definitions = await loadBrokerDefinitions(names, configHome);
  return {
    shims: definitions.map((one) => ({
      broker: one.name,
      program: one.program,
      words: brokeredWords(one),
    })),
    resolve: ({ broker, argv, cwd, ...context }) => {
      const definition = definitions.find(({ name }) => name === broker);
      if (!definition) throw new Error(`there is no broker ${broker}`);
      return resolveBroker(definition, { argv, cwd }, { ...context, env: process.env });
    },
  };
}

/** First words of what is guard's to run or to refuse; null where that is everything. */
export function brokeredWords({ otherwise, never, commands }: BrokerDefinition): string[] | null {
  if (otherwise === 'refuse') return null;
  const lines = [
    ...commands.flatMap(({ words, aliases }) => [words, ...aliases]),
    ...Object.keys(never),
  ];
  return [...new Set(lines.map((line) => line.trim().split(/\s+/, 1)[0] ?? ''))];
}

/** The plan with the brokers' shims in it. */
export async function withShims(
  plan: SandboxPlan,
  brokers: Brokers | null,
  folder: SessionFolder,
): Promise<SessionShims> {
  if (!brokers?.shims.length) return { plan, orders: [] };
  const { layShims } = await import('../broker/shims.ts');
  return layShims(brokers.shims, join(folder.path, 'shims'), plan);
}

/** What makes the calls of this session; null where it has no shim. */
export async function startBrokering(
  around: Omit<BrokeringOptions, 'brokers'>,
): Promise<Brokering | null> {
  const { brokers, shims } = around.prepared;
  if (!brokers || shims.length === 0) return null;
  const { Brokering } = await import('./brokering.ts');
  return new Brokering({ ...around, brokers });
}
