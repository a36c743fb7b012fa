import type { Admitter } from '../admit.ts';
import type { EgressLimits } from '../types.ts';
import type { Inspector } from './inspector.ts';
import type { InspectOptions } from './types.ts';

/** What of inspection is known before the first connection that is opened; the rest is loaded for it. */
export interface Inspection {
  opens(host: string, port: number): boolean;
  load(): Promise<Inspector>;
}

export function prepareInspection(
  options: InspectOptions,
  admitter: Pick<Admitter, 'refuse'>,
  limits: EgressLimits,
  onNotice: (text: string) => void,
): Inspection {
  let loading: Promise<Inspector> | null = null;
  const load = async () => {
    const { createInspector } = await import('./inspector.ts');
    const { connectUpstream } = await import('../tls/upstream.ts');
    const connect =
      options.connect ??
      ((target, host, alpn, signal) =>
        connectUpstream({ target, host, alpn, limit: limits.dial, signal }));
    return createInspector({ ...options, connect }, admitter, limits, onNotice);
  };
  return {
    opens: (host, port) => options.opens(host, port),
    load: () => (loading ??= load()),
  };
}
