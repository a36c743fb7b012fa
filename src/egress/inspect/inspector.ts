import type { Socket } from 'node:net';
import { printable } from '../../printable.ts';
import type { Admitter } from '../admit.ts';
import type { Dialled, EgressLimits, Target } from '../types.ts';
import { Budget } from './budget.ts';
import { createH2Gate } from './h2-gate.ts';
import { H1Call, type H1Exchange } from './h1-call.ts';
import { type CallContext, serveCall } from './serve-call.ts';
import { terminateTls } from './terminate.ts';
import type { InspectLimits, InspectOptions, UpstreamConnector } from './types.ts';
import { SecureUpstream } from './secure-upstream.ts';
import type { Upstream } from './upstream.ts';

const LIMITS: InspectLimits = {
  heldBytes: 32 * 1024 * 1024,
  heldTime: 60_000,
  streams: 100,
  headBytes: 32 * 1024,
};

export interface Inspector {
  /** Opens a TLS connection to an admitted host; HTTP/1 in it is given to `serveH1`. */
  serveTls(client: Socket, host: string, dialled: Dialled, target: Target, serveH1: ServeH1): void;
  /** One HTTP/1 request to an opened host. Resolves when its verdict is carried out or under way. */
  serveCall(exchange: H1Exchange, upstream: Upstream, dialled: Dialled): Promise<void>;
}

type ServeH1 = (opened: Socket, upstream: Upstream) => void;

/** Opens what is to be judged request by request; knows HTTP, and no provider. */
export function createInspector(
  options: InspectOptions & { connect: UpstreamConnector },
  admitter: Pick<Admitter, 'refuse'>,
  limits: EgressLimits,
  onNotice: (text: string) => void,
): Inspector {
  const own: InspectLimits = { ...LIMITS, ...options.limits };
  const budget = new Budget(own.heldBytes);
  const context: CallContext = { judge: options.judge, budget, limits: own, admitter };
  const h2 = createH2Gate(context, limits.idle);
  const distrusting = new Set<string>();

  /** Said once a host: what a client that does not trust the session's authority shows is often no clear error. */
  const noteDistrust = (host: string, code: string) => {
    if (!/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)/.test(code)) return;
    if (distrusting.has(host) || distrusting.size > 1000) return;
    distrusting.add(host);
    onNotice(`a program did not trust the session's certificate for ${printable(host)}`);
  };

  return {
    serveTls(client, host, dialled, target, serveH1) {
      const gone = new AbortController();
      client.once('close', () => gone.abort());
      void terminateTls(client, options.authority.contextFor(host), limits.firstBytes).then(
        (opened) => {
          if ('failed' in opened) return noteDistrust(host, opened.failed);
          const multiplexed = opened.alpnProtocol === 'h2';
          const upstream = new SecureUpstream(
            (alpn) => options.connect(target, host, alpn, gone.signal),
            multiplexed,
          );
          opened.once('close', () => upstream.close());
          if (multiplexed) h2.serve(opened, host, dialled, upstream);
          else serveH1(opened, upstream);
        },
      );
    },

    serveCall: (exchange, upstream, dialled) =>
      serveCall(new H1Call(exchange), upstream, dialled, context),
  };
}
