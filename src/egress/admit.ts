import { lookup as systemLookup } from 'node:dns/promises';
import { forbiddenAddress } from './address.ts';
import type { HostAddress } from './hosts.ts';
import { isPrivateName } from './private-name.ts';
import { readProxySettings } from './proxy-settings.ts';
import { BUILT_IN, connectRequest, denial, refusal, unreachable } from './refuse.ts';
import type {
  Admission,
  Dialled,
  EgressOptions,
  Judgement,
  Lookup,
  Refusal,
  Target,
} from './types.ts';

export interface Admitter {
  /**
   * Judges a connection under the name it gives itself and finds out where to dial. `claimed` is what the client says
   * inside the connection (SNI, Host), null when it says nothing.
   */
  admit(claimed: string | null, dialled: Dialled, signal: AbortSignal): Promise<Admission>;
  /** Journals and returns a refusal that needs no judgement. */
  refuse(refusal: Refusal, host: string | null, dialled: Dialled): Refusal;
}

export function createAdmitter(
  options: Pick<EgressOptions, 'judge' | 'record' | 'lookup' | 'proxies'>,
  hosts: ReadonlyMap<string, HostAddress>,
  dialLimit: number,
): Admitter {
  const lookup = options.lookup ?? lookupAll;
  const wayTo = options.proxies ?? readProxySettings(process.env);

  const refuse = (why: Refusal, host: string | null, dialled: Dialled): Refusal => {
    options.record(connectRequest(host, dialled), denial(why));
    return why;
  };

  const locate = async (host: string, dialled: Dialled): Promise<Admission> => {
    const entry = hosts.get(host);
    if (entry) return admitted({ addresses: [entry.address], port: entry.port ?? dialled.port });
    const way = wayTo(host, dialled.port);
    if (way.kind === 'unusable')
      return refused(refuse(refusal(BUILT_IN.outerProxy, way.reason), host, dialled));
    if (way.kind === 'proxy') {
      // Where the name leads is seen by the proxy alone, and the proxy sits in the private network.
      if (isPrivateName(host)) {
        return refused(refuse(refusal(BUILT_IN.privateName), host, dialled));
      }
      return admitted({ addresses: [], port: dialled.port, via: { proxy: way.proxy, host } });
    }
    const addresses = await withLimit(lookup(host), dialLimit).catch(() => null);
    if (!addresses?.length) return refused(unreachable(`${host} does not resolve`));
    // One such address among public ones is how DNS rebinding looks, so one is enough.
    for (const address of addresses) {
      const what = forbiddenAddress(address);
      if (!what) continue;
      const reason = `${host} resolves to ${address}, ${what}`;
      return refused(refuse(refusal(BUILT_IN.privateAddress, reason), host, dialled));
    }
    return admitted({ addresses, port: dialled.port });
  };

  const admit = async (
    claimed: string | null,
    dialled: Dialled,
    signal: AbortSignal,
  ): Promise<Admission> => {
    const host = claimed ?? dialled.name;
    if (!host) return refused(refuse(refusal(BUILT_IN.unnamed), null, dialled));
    if (dialled.name && host !== dialled.name) {
      const reason = `the connection was made to ${dialled.name} and asks for ${host}`;
      return refused(refuse(refusal(BUILT_IN.mismatch, reason), host, dialled));
    }
    let judgement: Judgement;
    try {
      judgement = await options.judge(connectRequest(host, dialled), signal);
    } catch {
      return refused(refuse(refusal(BUILT_IN.unjudged), host, dialled));
    }
    const { allowed, verdict } = judgement;
    if (allowed !== true) return refused({ ...verdict, kind: 'refused' });
    return locate(host, dialled);
  };

  return { admit, refuse };
}

const lookupAll: Lookup = async (name) => {
  const found = await systemLookup(name, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

function admitted(target: Target): Admission {
  return { ok: true, target };
}

function refused(refusal: Refusal): Admission {
  return { ok: false, refusal };
}

function withLimit<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
