import type { AwsOperations } from '../aws/operations.ts';
import type { Providers, ProviderSummary } from '../types.ts';
import { bodyNeeded, BODY_LIMIT } from './body-needed.ts';
import { classify } from './classify.ts';
import { compileProvider, GENERIC, type Provider } from './compile.ts';
import type { ProviderData } from './data.ts';
import { hostIndex } from './hosts.ts';
import { bounded, unknownOperation } from './weigh.ts';

export interface ProviderFiles {
  read(id: string): ProviderData;
  aws(): AwsOperations;
}

/** Providers whose rules are read when they are first needed. */
export function createProviders(
  summaries: readonly ProviderSummary[],
  files: ProviderFiles,
): Providers {
  const of = hostIndex(summaries);
  const compiled = new Map<string, Provider>();
  const rulesFor = (host: string): Provider => {
    const id = of(host)?.id ?? GENERIC;
    const known = compiled.get(id);
    if (known) return known;
    const provider = compileProvider(files.read(id), () => files.aws());
    compiled.set(id, provider);
    return provider;
  };
  return {
    summaries: new Map(summaries.map((summary) => [summary.id, summary])),
    of,
    bodyNeeded: (head) => {
      try {
        return bodyNeeded(rulesFor(head.host), head);
      } catch {
        return { kind: 'whole', limit: BODY_LIMIT };
      }
    },
    classify: (call) => {
      try {
        return classify(rulesFor(call.host), call);
      } catch {
        const because = 'guard cannot load the rules for its host';
        return {
          provider: of(call.host)?.id ?? null,
          protocol: 'http',
          operations: bounded([unknownOperation('request', because)]),
        };
      }
    },
  };
}
