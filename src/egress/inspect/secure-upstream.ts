import type { Agent } from 'node:http';
import type { ClientHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { ReachError } from '../failure.ts';
import { DialAgent } from '../http-connection.ts';
import {
  type Upstream,
  type UpstreamCall,
  UpstreamFailure,
  type UpstreamRequest,
} from './upstream.ts';
import { sendH1 } from './upstream-h1.ts';
import { openH2, sendH2 } from './upstream-h2.ts';

type Connection = Socket & { readonly alpnProtocol?: string | false | null };

/** Speaks with a host what the client speaks with guard, where the host can. */
export class SecureUpstream implements Upstream {
  readonly #connect: (alpn: readonly string[]) => Promise<Connection>;
  readonly #multiplexed: boolean;
  /** A connection that was made to see what the host speaks, and is still unused. */
  #spare: Connection | null = null;
  #agent: Agent | null = null;
  #session: Promise<ClientHttp2Session | null> | null = null;
  #closed = false;

  /** `multiplexed`: the client speaks HTTP/2, so the host may as well, and requests need not wait for each other. */
  constructor(connect: (alpn: readonly string[]) => Promise<Connection>, multiplexed: boolean) {
    this.#connect = connect;
    this.#multiplexed = multiplexed;
  }

  async send(request: UpstreamRequest): Promise<UpstreamCall> {
    const session = this.#multiplexed && !this.#agent ? await this.#openSession() : null;
    if (this.#closed) throw new UpstreamFailure(new ReachError('ABORTED', 'the client has gone'));
    if (session) return sendH2(session, request);
    this.#agent ??= this.#makeAgent();
    return sendH1(this.#agent, request);
  }

  close(): void {
    this.#closed = true;
    this.#agent?.destroy();
    this.#spare?.destroy();
    void this.#session?.then(
      (session) => session?.destroy(),
      () => undefined,
    );
  }

  /** Null when the host prefers HTTP/1. */
  async #openSession(): Promise<ClientHttp2Session | null> {
    for (;;) {
      this.#session ??= this.#negotiate();
      const opening = this.#session;
      try {
        const session = await opening;
        if (!session || !(session.closed || session.destroyed)) return session;
        this.#forget(opening);
      } catch (error) {
        this.#forget(opening);
        throw new UpstreamFailure(error);
      }
    }
  }

  #forget(session: Promise<ClientHttp2Session | null>): void {
    if (this.#session === session) this.#session = null;
  }

  async #negotiate(): Promise<ClientHttp2Session | null> {
    const socket = await this.#connect(['h2', 'http/1.1']);
    // Without a listener an error of a connection that waits would end guard.
    socket.on('error', () => undefined);
    if (this.#closed) socket.destroy();
    if (socket.alpnProtocol === 'h2') {
      const session = openH2(socket);
      const forget = () => void (this.#session = null);
      session.once('goaway', forget);
      session.once('close', forget);
      return session;
    }
    this.#spare = socket;
    socket.once('close', () => {
      if (this.#spare === socket) this.#spare = null;
    });
    this.#agent ??= this.#makeAgent();
    return null;
  }

  #makeAgent(): Agent {
    const open = () => {
      const spare = this.#spare;
      this.#spare = null;
      return spare ? Promise.resolve(spare) : this.#connect(['http/1.1']);
    };
    return new DialAgent(open, this.#multiplexed ? Infinity : 1);
  }
}
