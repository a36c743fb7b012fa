import { createSocket } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';
import { dial } from '../../../src/egress/dial.ts';
import { startEgress } from '../../../src/egress/egress.ts';
import type {
  Answer,
  CallJudge,
  CallOutcome,
  InspectLimits,
  UpstreamConnector,
} from '../../../src/egress/inspect/types.ts';
import { CHUNK_BUFFER } from '../../../src/egress/inspect/terminate.ts';
import { createAuthority } from '../../../src/egress/tls/authority.ts';
import type { EgressLimits } from '../../../src/egress/types.ts';
import type { BodyNeed, CallHead, HttpCall } from '../../../src/operations/types.ts';
import type { ConnectRequest, Source, Verdict } from '../../../src/policy/types.ts';

export const source: Source = { layer: 'user', file: 'test.yaml', line: 1 };

export interface Settings {
  /** Name → 127.0.0.1:PORT; all of them allowed. */
  hosts: Record<string, string>;
  /** Names whose connections are opened; all unless given. */
  opened?: string[];
  /** PEM that upstream connections trust. */
  ca: string | Buffer;
  need?: (head: CallHead) => BodyNeed;
  verdict?: (call: HttpCall, signal: AbortSignal) => CallOutcome | Promise<CallOutcome>;
  limits?: Partial<EgressLimits>;
  inspectLimits?: Partial<InspectLimits>;
  connect?: UpstreamConnector;
  /** Further ports, at which doors are what they are to egress. */
  ports?: number[];
}

/** Egress with real sockets on loopback: a door stands for an address inside the session. */
export interface Bench {
  /** Port on 127.0.0.1 that is `host:port` to egress. */
  door(host: string, port?: number): Promise<number>;
  /** The same for a bare address. */
  addressDoor(address: string, port?: number): Promise<number>;
  certificate: string;
  /** File with it. */
  certificateFile: string;
  folder: string;
  /** Everything put to the judge of requests. */
  calls: HttpCall[];
  refused: { head: CallHead; rule: string; reason: string }[];
  recorded: { request: ConnectRequest; verdict: Verdict }[];
  notices: string[];
  forget(): void;
  close(): void;
}

export function pass(call: HttpCall): CallOutcome {
  const { path, headers } = call;
  return { kind: 'forward', path, headers, outgoing: null, incoming: null };
}

export function refusal(status: number, text: string, more: Partial<Answer> = {}): CallOutcome {
  const headers = [['content-type', 'text/plain']] as const;
  return { kind: 'refuse', answer: { status, headers, body: Buffer.from(text), ...more } };
}

export function openBench(settings: Settings): Bench {
  const { hosts, ca, need, verdict, opened = Object.keys(hosts) } = settings;
  const folder = mkdtempSync(join(tmpdir(), 'guard-inspect-'));
  const authority = createAuthority();
  const certificateFile = join(folder, 'session-ca.pem');
  writeFileSync(certificateFile, authority.certificate);
  const calls: HttpCall[] = [];
  const refused: Bench['refused'] = [];
  const recorded: Bench['recorded'] = [];
  const notices: string[] = [];
  const doors: Server[] = [];
  const dns = createSocket('udp4');
  const listeners = new Map<number, EventEmitter>();
  for (const port of [80, 443, 8443, ...(settings.ports ?? [])]) {
    listeners.set(port, Object.assign(new EventEmitter(), { close: () => undefined }));
  }
  const judge: CallJudge = {
    bodyNeeded: (head) => need?.(head) ?? { kind: 'none' },
    judge: (call, signal) => {
      calls.push(call);
      return Promise.resolve(call).then((each) => verdict?.(each, signal) ?? pass(each));
    },
    refuse(head, rule, reason) {
      refused.push({ head, rule, reason });
      return { status: 403, headers: [], body: Buffer.from(`refused: ${rule}: ${reason}\n`) };
    },
  };
  const egress = startEgress({
    servers: [...listeners].map(([port, server]) => ({ port, server: server as Server })),
    dns,
    decide: ({ host }) => ({
      action: Object.hasOwn(hosts, host ?? '') ? 'allow' : 'deny',
      rule: 'test',
      reason: 'as the test says',
      source,
    }),
    judge(request) {
      const allowed = Object.hasOwn(hosts, request.host ?? '');
      const action = allowed ? 'allow' : 'deny';
      return Promise.resolve({
        allowed,
        verdict: { action, rule: 'test', reason: 'as the test says', source },
      });
    },
    record: (request, verdict) => recorded.push({ request, verdict }),
    hosts: Object.entries(hosts).map(([name, address]) => ({ value: { name, address }, source })),
    hostPorts: [],
    onNotice: (text) => notices.push(text),
    lookup: () => Promise.reject(new Error('ENOTFOUND')),
    inspect: {
      opens: (host) => opened.includes(host),
      authority,
      judge,
      connect: settings.connect ?? trusting(ca),
      ...(settings.inspectLimits ? { limits: settings.inspectLimits } : {}),
    },
    ...(settings.limits ? { limits: settings.limits } : {}),
  });
  const addressDoor = async (address: string, port = 443) => {
    const server = createServer({ allowHalfOpen: true }, (socket: Socket) => {
      Object.defineProperty(socket, 'localAddress', { value: address });
      listeners.get(port)?.emit('connection', socket);
    });
    doors.push(server);
    await new Promise<void>((resolve) =>
      server.listen(settings.ports?.includes(port) ? port : 0, '127.0.0.1', 4096, resolve),
    );
    return (server.address() as AddressInfo).port;
  };
  return {
    door: (host, port) => addressDoor(egress.names.addressOf(host) ?? '', port),
    addressDoor,
    certificate: authority.certificate,
    certificateFile,
    folder,
    calls,
    refused,
    recorded,
    notices,
    forget() {
      for (const list of [calls, refused, recorded, notices]) list.length = 0;
    },
    close() {
      egress.close();
      for (const door of doors) door.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Connects without a proxy, trusting the test's authority alone. */
function trusting(ca: string | Buffer): UpstreamConnector {
  return async (target, host, alpn, signal) => {
    const socket = await dial(target, 10_000, signal);
    socket.allowHalfOpen = false;
    const secured = tlsConnect({
      ...{ socket, servername: host, ca, ALPNProtocols: [...alpn] },
      // As guard's own connections have it.
      ...{ highWaterMark: CHUNK_BUFFER },
    });
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve);
      secured.once('error', reject);
    });
    return secured;
  };
}
