import { join } from 'node:path';
import type { Surroundings } from '../../secrets/files/store-places.ts';
import { parseGitConfig } from '../../view/git-config.ts';
import { readPlain } from '../plain-file.ts';
import { isOpenSocket } from './ask-socket.ts';
import type { Found, UnderGuard } from './types.ts';

interface Service {
  what: string;
  power: string;
  unlimited: boolean;
  sockets: string[];
}

const ROOT = 'makes whoever reaches it root of this machine';

/** Sockets of services that do what whoever reaches them asks for. */
function services({ home, env }: Surroundings, uid: number): Service[] {
  const run = env.XDG_RUNTIME_DIR?.startsWith('/') ? env.XDG_RUNTIME_DIR : `/run/user/${uid}`;
  const named = (name: string): string[] => {
    const path = /^unix:\/\/(\/.+)$/.exec(env[name] ?? '')?.[1];
    return path === undefined ? [] : [path];
  };
  const bus = /(?:^|;)unix:path=([^,;]+)/.exec(env.DBUS_SESSION_BUS_ADDRESS ?? '')?.[1];
  return [
    {
      ...{ what: 'Docker', power: ROOT, unlimited: true },
      sockets: [...named('DOCKER_HOST'), '/run/docker.sock', '/var/run/docker.sock'],
    },
    {
      what: "the user's own Docker",
      power: 'its containers and volumes, and all your files',
      unlimited: false,
      sockets: [
        `${run}/docker.sock`,
        ...['run', 'desktop'].map((at) => join(home, '.docker', at, 'docker.sock')),
      ],
    },
    {
      ...{ what: 'Podman', power: ROOT, unlimited: true },
      sockets: [...named('CONTAINER_HOST'), '/run/podman/podman.sock'],
    },
    {
      what: "the user's own Podman",
      power: 'its containers and volumes, and all your files',
      unlimited: false,
      sockets: [`${run}/podman/podman.sock`],
    },
    {
      ...{ what: 'containerd', power: ROOT, unlimited: true },
      sockets: ['/run/containerd/containerd.sock', '/run/k3s/containerd/containerd.sock'],
    },
    { ...{ what: 'CRI-O', power: ROOT, unlimited: true }, sockets: ['/run/crio/crio.sock'] },
    {
      ...{ what: 'LXD', power: ROOT, unlimited: true },
      sockets: ['/var/lib/lxd/unix.socket', '/var/snap/lxd/common/lxd/unix.socket'],
    },
    {
      what: 'session bus',
      power: 'what the keyring has unlocked, and programs started as you',
      unlimited: false,
      sockets: [...(bus === undefined ? [] : [bus]), `${run}/bus`],
    },
    {
      what: "git's credential cache",
      power: 'every login that git remembers at the moment',
      unlimited: false,
      sockets: [
        join(env.XDG_CACHE_HOME ?? join(home, '.cache'), 'git/credential/socket'),
        join(home, '.git-credential-cache/socket'),
      ],
    },
  ];
}

/** Services that can be reached by a socket: seen by its permissions, nothing is asked of them. */
export function inServices(
  around: Surroundings,
  { uid, underGuard }: { uid: number; underGuard: UnderGuard },
): Found[] {
  return services(around, uid).flatMap(({ sockets, ...service }) => {
    const where = sockets.find(isOpenSocket);
    return where === undefined
      ? []
      : [access({ ...service, kind: 'agent', where, underGuard: underGuard.socket(where) })];
  });
}

/** Helpers that keep passwords elsewhere and give them to whoever asks. `store` has a file, `cache` a socket. */
export function inCredentialHelpers(
  { home, env }: Surroundings,
  repository: string | null,
  underGuard: UnderGuard,
): Found[] {
  const config = env.XDG_CONFIG_HOME?.startsWith('/') ? env.XDG_CONFIG_HOME : join(home, '.config');
  const files = [join(home, '.gitconfig'), join(config, 'git/config')];
  if (repository !== null) files.push(join(repository, '.git/config'));
  const helpers = new Map<string, string>();
  for (const file of files)
    for (const { key, value } of parseGitConfig(readPlain(file)?.toString() ?? '') ?? [])
      if (/^credential\.(?:.*\.)?helper$/.test(key)) {
        const name = /^!?(?:\S*\/)?(?:git-credential-)?([\w.-]+)/.exec(value)?.[1];
        if (name && name !== 'store' && name !== 'cache') helpers.set(name, file);
      }
  return [...helpers].map(([name, file]) =>
    access({
      kind: 'agent',
      where: file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file,
      what: `git credential helper ${name}`,
      power: 'logins of git hosts, for whoever asks git for them',
      unlimited: false,
      underGuard: underGuard.file(file) === 'visible' ? 'not reachable' : underGuard.file(file),
    }),
  );
}

/** A way to something that is no secret itself. */
export function access(
  given: Pick<Found, 'kind' | 'where' | 'what' | 'power' | 'unlimited' | 'underGuard'>,
): Found {
  return {
    ...given,
    rule: null,
    tier: 'likely',
    provider: null,
    count: 1,
    secrets: [],
    commit: null,
  };
}
