import { describeRule } from '../../secrets/rules/catalog.ts';
import { loadCatalog } from '../../secrets/rules/load.ts';
import type { Found } from './types.ts';

type Known = Pick<Found, 'what' | 'provider' | 'power' | 'unlimited'>;

/** What the catalogue says of a rule. */
export function factsOfRule(rule: string): Known {
  const known = describeRule(rule);
  return {
    what: known?.description ?? rule,
    provider: known?.provider ? { id: known.provider, name: known.name ?? known.provider } : null,
    power: known?.power ?? null,
    unlimited: known?.unlimited === true,
  };
}

/** A provider by its id, as the catalogue calls it. */
export function providerNamed(id: string): { id: string; name: string } {
  names ??= new Map(
    Object.values(loadCatalog()).flatMap(({ provider, name }) =>
      provider && name ? [[provider, name] as const] : [],
    ),
  );
  return { id, name: names.get(id) ?? id };
}
let names: Map<string, string> | undefined;

/** Kinds of secrets that are usually kept in a variable of this name: where all are one provider's. */
export function factsOfVariable(name: string): Known | null {
  const kinds = Object.values(loadCatalog()).filter(({ env }) => env?.includes(name));
  const [first] = kinds;
  if (!first?.provider || kinds.some(({ provider }) => provider !== first.provider)) return null;
  const only = kinds.length === 1;
  return {
    what: only ? first.description : `credential of ${first.name ?? first.provider}`,
    provider: { id: first.provider, name: first.name ?? first.provider },
    power: only ? (first.power ?? null) : null,
    // What is said of one kind says nothing of another.
    unlimited: kinds.every(({ unlimited }) => unlimited === true),
  };
}

/**
 * Where whoever can destroy data can destroy its backups with the same credential. As the providers document their
 * interfaces; one that is not here is not known.
 */
const BACKUPS: Readonly<Record<string, string>> = {
  railway: 'a volume is deleted with its backups, by the same token',
  aws: 'snapshots and automated backups are in the same account, unless copied to another',
  gcp: 'backups and snapshots are in the same project, unless copied to another',
  azure: 'snapshots and vaults are in the same subscription, unless copied to another',
  digitalocean: 'snapshots and backups are in the same account',
  hetzner: 'backups and snapshots are in the same project; a server is deleted with its backups',
  supabase: 'a project is deleted with its backups',
};

export function backupsOf(provider: string | null): string | null {
  return provider !== null && Object.hasOwn(BACKUPS, provider) ? (BACKUPS[provider] ?? null) : null;
}
