import {
  Agent,
  type ClientRequestArgs,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Admitter } from './admit.ts';
import { dial } from './dial.ts';
import { dialProxy, type Via } from './outer-proxy.ts';
import type { OuterProxy } from './proxy-settings.ts';
import { BUILT_IN, linger, refusal } from './refuse.ts';
import type { Upstream } from './inspect/upstream.ts';
import type { Dialled, EgressLimits, Refusal } from './types.ts';

export type Route =
  { ok: true; agent: Agent; proxied: Proxied | null } | { ok: false; refusal: Refusal };

/** Requests go to the user's proxy in absolute form (RFC 9112, section 3.2.2): few proxies do CONNECT to port 80. */
export interface Proxied {
  proxy: OuterProxy;
  origin: string;
}

/** TLS that guard opened: one host, and what the connection has outside for it. */
export interface Opened {
  host: string;
  upstream: Upstream;
}

/** Requests that a client may send before the first of them is answered: apt(8) sends ten, most send none. */
const PIPELINE_LIMIT = 100;
/** Hosts that one connection may ask for; only a connection to a bare address can ask for more than one. */
const HOSTS_LIMIT = 16;

/** One plain HTTP connection of the session, and the connections outside that serve it alone. */
export class HttpConnection {
  readonly client: Socket;
  readonly dialled: Dialled;
  readonly opened: Opened | null;
  /** Set once a request was refused: nothing that follows it on the connection is looked at. */
  refused = false;
  /** Set once the client sent what is no HTTP: a body that has not come to its end will not. */
  broken = false;
  /** Set while a request waits for its verdict. */
  judging = false;
  readonly #admitter: Admitter;
  readonly #limits: EgressLimits;
  readonly #gone = new AbortController();
  readonly #routes = new Map<string | null, Promise<Route>>();
  readonly #agents: Agent[] = [];
  #pending = 0;
  #latest: IncomingMessage | null = null;
  #turn: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    client: Socket,
    dialled: Dialled,
    admitter: Admitter,
    limits: EgressLimits,
    opened: Opened | null = null,
  ) {
    this.client = client;
    this.dialled = dialled;
    this.opened = opened;
    this.#admitter = admitter;
    this.#limits = limits;
    client.once('close', () => {
      clearTimeout(this.#timer);
      this.#gone.abort();
      for (const agent of this.#agents) agent.destroy();
    });
    this.#awaitRequest(limits.firstBytes);
  }

  /** Whether a request is being answered. */
  get busy(): boolean {
    return this.#pending > 0;
  }

  /** Whether a request waits for its verdict while the client is in the middle of its body. */
  get receiving(): boolean {
    return this.judging && this.#latest?.complete === false;
  }

  /** Where requests to a host go: judged once for each host of the connection, not once for each request. */
  route(host: string | null): Promise<Route> {
    const known = this.#routes.get(host);
    if (known) return known;
    const route = this.#routes.size < HOSTS_LIMIT ? this.#admit(host) : this.#tooMany(host);
    if (this.#routes.size < HOSTS_LIMIT) this.#routes.set(host, route);
    return route;
  }

  /** Pipelined requests are judged one after the other, so that nothing behind a refused one is looked at. */
  inTurn(judge: () => Promise<void> | void): void {
    this.#turn = this.#turn
      .then(() => (this.refused ? undefined : judge()))
      .catch(() => void this.client.destroy());
  }

  /** Between requests a client has a limited time to send the next head, a byte at a time or not at all. */
  requestStarted(request: IncomingMessage, response: ServerResponse): void {
    clearTimeout(this.#timer);
    this.#latest = request;
    this.#pending++;
    if (this.#pending > PIPELINE_LIMIT) this.client.destroy();
    response.once('close', () => {
      this.#pending--;
      if (!this.busy) this.#awaitRequest(this.#limits.idle);
    });
  }

  /** What the connection carries from here on is no HTTP. */
  becomeTunnel(): void {
    this.#pending = Infinity;
    clearTimeout(this.#timer);
  }

  #awaitRequest(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (this.client.destroyed) return;
    this.#timer = setTimeout(() => this.client.destroy(), milliseconds);
  }

  async #admit(host: string | null): Promise<Route> {
    const admission = await this.#admitter.admit(host, this.dialled, this.#gone.signal);
    if (!admission.ok) return admission;
    const { target } = admission;
    const [limit, { signal }] = [this.#limits.dial, this.#gone];
    const via = target.via;
    const agent = new DialAgent(() =>
      via ? dialProxy(via.proxy, limit, signal) : dial(target, limit, signal),
    );
    this.#agents.push(agent);
    return { ok: true, agent, proxied: via ? proxied(via, target.port) : null };
  }

  #tooMany(host: string | null): Promise<Route> {
    const why = refusal(BUILT_IN.malformed, 'one connection asks for too many hosts');
    return Promise.resolve({ ok: false, refusal: this.#admitter.refuse(why, host, this.dialled) });
  }
}

function proxied({ proxy, host }: Via, port: number): Proxied {
  return { proxy, origin: `http://${host}${port === 80 ? '' : `:${port}`}` };
}

/** Says why and closes. */
export function answerPlain(response: ServerResponse, status: number, text: string): void {
  const { socket, req } = response;
  response.sendDate = false;
  response.writeHead(status, {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  req.resume();
  response.end(text, () => {
    if (!socket) return;
    socket.end();
    linger(socket);
  });
}

/** Keeps a connection outside alive between requests of one client to one host, dialled guard's way. */
export class DialAgent extends Agent {
  readonly #open: () => Promise<Socket>;

  constructor(open: () => Promise<Socket>, maxSockets = 1) {
    super({ keepAlive: true, maxSockets, maxFreeSockets: 2 });
    this.#open = open;
  }

  /** `node:http` also takes the socket later, through the callback ("agent.createConnection"). */
  override createConnection(
    _options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#open().then(
      (socket) => callback?.(null, socket),
      // With an error the callback's second argument is not looked at.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
  }
}
