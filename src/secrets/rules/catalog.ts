import { fileDescriptions } from '../files/descriptions.ts';
import { DESCRIPTIONS as VALUE_DESCRIPTIONS } from '../values/descriptions.ts';
import { loadCatalog } from './load.ts';

/** What a kind of secret is, for people. */
export interface RuleDescription {
  /** The provider's id and its own name; none where the kind is nobody's, like a password in an assignment. */
  provider?: string;
  name?: string;
  description: string;
  /** What it opens. */
  power?: string;
  /** It opens all that the account has, whatever it was made for. */
  unlimited?: boolean;
  /** A page or a command that makes it worthless. */
  revoke?: string;
  /** Variables it is usually kept in. */
  env?: readonly string[];
  /** How its secrets begin, where all of the kind begin so. */
  prefixes?: readonly string[];
}

let catalog: Record<string, RuleDescription> | undefined;

/** Null for a rule that is not in the catalogue. */
export function describeRule(id: string): RuleDescription | null {
  catalog ??= { ...fileDescriptions(), ...VALUE_DESCRIPTIONS, ...loadCatalog() };
  return Object.hasOwn(catalog, id) ? (catalog[id] ?? null) : null;
}
