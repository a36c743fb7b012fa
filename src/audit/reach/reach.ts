import { isProduction } from '../../policy/argv/place.ts';
import type { Scanner } from '../../secrets/engine/detector.ts';
import type { Exception } from '../examine.ts';
import { repositoryAt } from '../repository-at.ts';
import { inEnvironment } from './environment.ts';
import { backupsOf } from './facts.ts';
import { inHome } from './home.ts';
import { Identity } from './identity.ts';
import { inAgents } from './key-agents.ts';
import { onMachine, type ReadFile } from './machine.ts';
import { inHistory, inWorkingTree } from './repository.ts';
import { inCredentialHelpers, inServices } from './services.ts';
import {
  KINDS,
  TREATMENTS,
  type Found,
  type Reach,
  type ReachItem,
  type UnderGuard,
} from './types.ts';

export interface ReachOptions {
  cwd: string;
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  uid: number;
  groups: readonly number[];
  scanner: Scanner;
  exceptions: readonly Exception[];
  underGuard: UnderGuard;
  noSession: string | null;
  /** What the working tree, and what the history, may take. */
  seconds: number;
  read?: ReadFile;
}

/** What an agent started here without guard could use, and what a session would have of it. Asks nobody outside of this machine. */
export async function reach(options: ReachOptions): Promise<Reach> {
  const { cwd, home, env, uid, groups, underGuard, scanner } = options;
  const identity = new Identity();
  const around = { home, env };
  const incomplete: string[] = [];
  const shared = { ...options, identity };
  const tree = await inWorkingTree(shared, incomplete);
  const history = await inHistory(shared, incomplete);
  const found = [
    ...tree,
    ...history,
    ...inHome({ around, scanner, identity, underGuard }),
    ...inEnvironment(env, { scanner, identity, underGuard }),
    ...(await inAgents({ around, underGuard, uid })),
    ...inServices(around, { uid, underGuard }),
    ...inCredentialHelpers(around, repositoryAt(cwd), underGuard),
    ...onMachine({ env, uid, groups, underGuard, ...(options.read ? { read: options.read } : {}) }),
  ];
  return {
    ...counted(found),
    items: items(found, tree, history),
    incomplete,
    noSession: options.noSession,
  };
}

/** Each secret once: the same token in a file and in a variable is one. */
function counted(
  found: readonly Found[],
): Pick<Reach, 'total' | 'unlimited' | 'providers' | 'ways' | 'visible' | 'inHistory'> {
  const those = (counts: (item: Found) => boolean): number =>
    new Set(found.filter(counts).flatMap(({ secrets }) => secrets)).size;
  const ways = found.filter(({ secrets }) => secrets.length === 0);
  const isVisible = ({ underGuard }: Found): boolean => underGuard === 'visible';
  return {
    total: those(() => true),
    unlimited: those(({ unlimited }) => unlimited),
    providers: [
      ...new Set(found.flatMap(({ provider }) => (provider ? [provider.id] : []))),
    ].sort(),
    ways: ways.length,
    visible: those(isVisible) + ways.filter(isVisible).length,
    inHistory: those(({ underGuard }) => underGuard === 'in history'),
  };
}

/** A secret that history shares with the working tree is one item, not two. */
function items(
  found: readonly Found[],
  tree: readonly Found[],
  history: readonly Found[],
): ReachItem[] {
  const inTree = new Set(tree.flatMap(({ secrets }) => secrets));
  const inHistory = new Set(history.flatMap(({ secrets }) => secrets));
  return found
    .filter(({ kind, secrets }) => kind !== 'history' || !secrets.every((one) => inTree.has(one)))
    .map(({ secrets, ...item }) => ({
      ...item,
      production: isProduction(item.where),
      backups: backupsOf(item.provider?.id ?? null),
      alsoInHistory: item.kind === 'repository' && secrets.some((one) => inHistory.has(one)),
    }))
    .sort(byDanger);
}

/** What opens everything, then what is production by name, what guard leaves, what a provider hands out, how sure it is. */
function byDanger(a: ReachItem, b: ReachItem): number {
  const rank = (item: ReachItem): number[] => [
    item.unlimited ? 0 : 1,
    item.production ? 0 : 1,
    TREATMENTS.indexOf(item.underGuard) < 2 ? 0 : 1,
    item.provider ? 0 : 1,
    item.tier === 'certain' ? 0 : 1,
    KINDS.indexOf(item.kind),
  ];
  const [left, right] = [rank(a), rank(b)];
  const at = left.findIndex((value, index) => value !== right[index]);
  if (at >= 0) return (left[at] ?? 0) - (right[at] ?? 0);
  return a.where < b.where ? -1 : a.where > b.where ? 1 : 0;
}
