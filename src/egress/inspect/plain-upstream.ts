import type { Agent } from 'node:http';
import type { Proxied } from '../http-connection.ts';
import { refusedBy } from '../outer-proxy.ts';
import {
  type Upstream,
  type UpstreamAnswer,
  type UpstreamCall,
  UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';
import { sendH1 } from './upstream-h1.ts';

/** A host that is spoken to without TLS, perhaps through the user's proxy. The agent is the connection's. */
export class PlainUpstream implements Upstream {
  readonly #agent: Agent;
  readonly #proxied: Proxied | null;

  constructor(agent: Agent, proxied: Proxied | null) {
    this.#agent = agent;
    this.#proxied = proxied;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- others have to wait, and it throws as they do
  async send(request: UpstreamRequest): Promise<UpstreamCall> {
    const proxied = this.#proxied;
    if (!proxied) return sendH1(this.#agent, request);
    const { authorization } = proxied.proxy;
    const call = sendH1(this.#agent, {
      ...request,
      path: proxied.origin + (request.path === '*' ? '' : request.path),
      headers: authorization
        ? [...request.headers, ['proxy-authorization', authorization]]
        : request.headers,
    });
    const answer = call.answer.then((received) => refuseChallenge(received, proxied));
    answer.catch(() => undefined);
    return { ...call, answer };
  }

  close(): void {
    // The agent goes with the connection.
  }
}

/** The proxy asks guard, not the session, which could only be led to look for a password. */
function refuseChallenge(received: UpstreamAnswer, { proxy }: Proxied): UpstreamAnswer {
  if (received.status !== 407) return received;
  const challenge = received.headers.find(([name]) => name === 'proxy-authenticate')?.[1];
  received.body?.abandon();
  throw new UpstreamFailure(refusedBy(proxy, 407, challenge));
}
