import type { ProviderSummary } from '../operations/types.ts';
import { ProfileError } from '../profile/problem.ts';
import { suggest } from '../profile/suggest.ts';
import type { EffectiveProfile } from '../profile/types.ts';
import { POSTGRES } from './opened-hosts.ts';

/** @throws ProfileError for a provider that nobody has described: what is said of it would never count */
export function refuseUnknownProviders(
  { credentials, network }: Pick<EffectiveProfile, 'credentials' | 'network'>,
  summaries: readonly Pick<ProviderSummary, 'id'>[],
): void {
  const known = [...summaries.map(({ id }) => id), POSTGRES];
  const named = [
    ...credentials.map(({ value: { provider, name }, source }) => ({
      provider,
      source,
      key: `credentials.${name}.provider`,
    })),
    ...network.rules.map(({ value: { provider = null }, source }) => ({
      provider,
      source,
      key: 'network.rules',
    })),
  ];
  for (const { provider, source, key } of named) {
    if (provider === null || known.includes(provider)) continue;
    const near = suggest(provider, known);
    throw new ProfileError([
      {
        file: source.file,
        line: source.line,
        column: 1,
        key,
        message: `no provider is called "${provider}"`,
        fix: near ? `Did you mean "${near}"?` : `Known providers: ${known.join(', ')}`,
      },
    ]);
  }
}
