import type { Socket } from 'node:net';
import { canonicalAddress, isLoopback } from './address.ts';
import { createAdmitter } from './admit.ts';
import { dial } from './dial.ts';
import { reachError, ReachError } from './failure.ts';
import { serveDns } from './dns.ts';
import { readFirstBytes } from './first-bytes.ts';
import { readHosts } from './hosts.ts';
import { createHttpGate } from './http-gate.ts';
import { prepareInspection } from './inspect/inspection.ts';
import { nameGate } from './name-gate.ts';
import { SyntheticNames } from './names.ts';
import { BUILT_IN, connectRequest, refusal, refuseRaw, refuseTls, unreachable } from './refuse.ts';
import { tunnel } from './tunnel.ts';
import type { Dialled, Egress, EgressLimits, EgressOptions, Refusal, Target } from './types.ts';

const LIMITS: EgressLimits = {
  connections: 4096,
  firstBytes: 10_000,
  dial: 30_000,
  idle: 120_000,
};

/** Ports on which clients speak first, in a protocol that names the host. */
const SNIFFED = new Set([80, 443]);

/**
 * Answers names and connections of a session: accepts inside, judges, and dials outside. Everything that cannot be
 * judged is refused. @throws GuardError for an unusable `network.hosts` entry.
 */
export function startEgress(options: EgressOptions): Egress {
  const limits = { ...LIMITS, ...options.limits };
  const names = new SyntheticNames();
  const admitter = createAdmitter(options, readHosts(options.hosts), limits.dial);
  const inspection =
    options.inspect && prepareInspection(options.inspect, admitter, limits, options.onNotice);
  const http = createHttpGate(admitter, limits, inspection);
  const hostPorts = new Map(options.hostPorts.map(({ value, source }) => [value, source]));
  const open = new Set<Socket>();
  let overflowed = false;
  const noticed = new Set<string>();

  const notReached = ({ code, reason }: ReachError): Refusal => {
    // A proxy's refusal is the user's to mend, and a client that speaks TLS cannot be told of it.
    if (code.startsWith('PROXY_') && !noticed.has(reason)) options.onNotice(reason);
    noticed.add(reason);
    return unreachable(`the host cannot be reached: ${reason}`);
  };

  const connect = async (client: Socket, target: Target, refuse: (why: Refusal) => void) => {
    const upstream = await dial(target, limits.dial, goneSignal(client)).catch(reachError);
    if (upstream instanceof ReachError) return refuse(notReached(upstream));
    if (client.destroyed) return void upstream.destroy();
    tunnel(client, upstream);
  };

  const admitAndConnect = async (
    client: Socket,
    claimed: string | null,
    dialled: Dialled,
    refuse: (why: Refusal) => void,
  ) => {
    const admission = await admitter.admit(claimed, dialled, goneSignal(client));
    if (!admission.ok) return refuse(admission.refusal);
    await connect(client, admission.target, refuse);
  };

  const opens = (host: string | null, port: number) =>
    host !== null && inspection?.opens(host, port) === true;

  const serveTls = async (client: Socket, sni: string | null, dialled: Dialled) => {
    const host = sni ?? dialled.name;
    const refuse = (why: Refusal) => refuseTls(client, why);
    if (!inspection || host === null || !opens(host, dialled.port)) {
      return admitAndConnect(client, sni, dialled, refuse);
    }
    const admission = await admitter.admit(sni, dialled, goneSignal(client));
    if (!admission.ok) return refuse(admission.refusal);
    const inspector = await inspection.load();
    inspector.serveTls(client, host, dialled, admission.target, (opened, upstream) =>
      http.serve(opened, dialled, { host, upstream }),
    );
  };

  const serveDatabase = (client: Socket, place: { host: string; port: number }, target: Target) =>
    options.databases?.serve(client, place, (signal) => dial(target, limits.dial, signal));

  const serveLoopback = (client: Socket, dialled: Dialled) => {
    const raw = () => refuseRaw(client);
    const source = hostPorts.get(dialled.port);
    if (!source) {
      admitter.refuse(refusal(BUILT_IN.loopback), null, dialled);
      return raw();
    }
    const reason = 'the profile opens this port of the user';
    const verdict = { action: 'allow', rule: 'network.host-ports', reason, source } as const;
    options.record(connectRequest(null, dialled), verdict);
    const target = { addresses: ['127.0.0.1', '::1'], port: dialled.port };
    if (options.databases?.serves('localhost', dialled.port))
      return serveDatabase(client, { host: 'localhost', port: dialled.port }, target);
    return connect(client, target, raw);
  };

  const serve = async (client: Socket, port: number) => {
    const address = canonicalAddress(client.localAddress);
    if (!address) return refuseRaw(client);
    const dialled: Dialled = { address, port, name: names.nameOf(address) };
    if (isLoopback(address)) return serveLoopback(client, dialled);
    const [raw, tls] = [() => refuseRaw(client), (why: Refusal) => refuseTls(client, why)];
    if (dialled.name && options.databases?.serves(dialled.name, port)) {
      const admission = await admitter.admit(null, dialled, goneSignal(client));
      if (!admission.ok) return raw();
      return serveDatabase(client, { host: dialled.name, port }, admission.target);
    }
    const opened = opens(dialled.name, port);
    if (!SNIFFED.has(port) && !opened) return admitAndConnect(client, null, dialled, raw);
    const first = await readFirstBytes(client, limits.firstBytes);
    switch (first.kind) {
      case 'silent':
        // Nothing was asked of a host; only that a bare address was dialled is worth a line.
        if (!dialled.name) admitter.refuse(refusal(BUILT_IN.unnamed), null, dialled);
        return raw();
      case 'malformed': {
        const reason = `the TLS hello cannot be judged: ${first.reason}`;
        return tls(admitter.refuse(refusal(BUILT_IN.malformed, reason), null, dialled));
      }
      case 'http':
        return http.serve(client, dialled);
      case 'tls':
        return serveTls(client, first.sni, dialled);
      case 'h2':
      case 'unknown':
        if (opened) {
          const reason = 'requests to this host are judged, and this is neither TLS nor HTTP/1';
          admitter.refuse(refusal(BUILT_IN.malformed, reason), dialled.name, dialled);
          return raw();
        }
        return admitAndConnect(client, null, dialled, raw);
    }
  };

  const accept = (client: Socket, port: number) => {
    // Without a listener an error of any one peer would end guard; what it means is handled on 'close'.
    client.on('error', () => undefined);
    if (open.size >= limits.connections) {
      if (!overflowed) options.onNotice(`more than ${limits.connections} connections at once`);
      overflowed = true;
      return refuseRaw(client);
    }
    open.add(client);
    client.once('close', () => open.delete(client));
    client.setNoDelay(true);
    serve(client, port).catch((error: unknown) => {
      refuseRaw(client);
      options.onNotice(`a connection was refused because judging it failed: ${reasonOf(error)}`);
    });
  };

  for (const { port, server } of options.servers) {
    server.on('connection', (client) => accept(client, port));
    server.on('error', (error) => options.onNotice(`listener of port ${port}: ${error.message}`));
  }
  options.dns.on('error', (error) => options.onNotice(`name service: ${error.message}`));
  serveDns(options.dns, nameGate(options, names));

  return {
    names,
    close() {
      for (const { server } of options.servers) server.close();
      for (const client of open) client.destroy();
      options.dns.close();
    },
  };
}

function goneSignal(client: Socket): AbortSignal {
  const gone = new AbortController();
  if (client.destroyed) gone.abort();
  else client.once('close', () => gone.abort());
  return gone.signal;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
