import type { EffectiveProfile } from '../profile/types.ts';

const HTTP_PORTS = [80, 443];

/** Ports on which guard answers every address inside: the web's, those of allow entries, the user's own. */
export function tcpPorts(network: EffectiveProfile['network']): number[] {
  const named = network.allow.flatMap(({ value }) => {
    const port = /:(\d+)$/.exec(value)?.[1];
    return port ? [Number(port)] : [];
  });
  return [
    ...new Set([...HTTP_PORTS, ...named, ...network.hostPorts.map(({ value }) => value)]),
  ].sort((a, b) => a - b);
}
