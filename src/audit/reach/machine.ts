import { readFileSync } from 'node:fs';
import { providerNamed } from './facts.ts';
import { access } from './services.ts';
import type { Found, UnderGuard } from './types.ts';

/** A file's text without the white space around it; null where it cannot be read. */
export type ReadFile = (path: string) => string | null;

export const readHostFile: ReadFile = (path) => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
};

const DMI = '/sys/class/dmi/id';

/** What firmware says of itself (SMBIOS) where a cloud rents the machine out; nothing is asked over a network. */
const CLOUDS: readonly (readonly [file: string, says: RegExp, provider: string])[] = [
  ['sys_vendor', /^Amazon EC2$/, 'aws'],
  ['product_name', /^Google Compute Engine$/, 'gcp'],
  // The asset tag of every Azure machine; Hyper-V elsewhere has others.
  ['chassis_asset_tag', /^7783-7084-3265-9085-8269-3286-77$/, 'azure'],
  ['sys_vendor', /^DigitalOcean$/, 'digitalocean'],
  ['sys_vendor', /^Hetzner$/, 'hetzner'],
  ['chassis_asset_tag', /^OracleCloud\.com$/, 'oracle'],
  ['sys_vendor', /^Alibaba Cloud$/, 'alibaba'],
  ['sys_vendor', /^Scaleway$/, 'scaleway'],
  ['product_name', /^OpenStack (?:Nova|Compute)$/, 'openstack'],
];
/** Clouds whose metadata service gives credentials of the machine itself, where it has a role. */
const WITH_ROLES = ['aws', 'gcp', 'azure', 'oracle', 'alibaba'];

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Groups whose members are root where they want to be; group(5). */
const ROOT_GROUPS = ['docker', 'lxd', 'incus', 'libvirt', 'disk'];
const SUDO_GROUPS = ['sudo', 'wheel', 'admin'];

export interface MachineOptions {
  env: Readonly<Record<string, string | undefined>>;
  uid: number;
  groups: readonly number[];
  underGuard: UnderGuard;
  read?: ReadFile;
}

/** What the machine itself gives to whoever runs on it. */
export function onMachine({
  env,
  uid,
  groups,
  underGuard,
  read = readHostFile,
}: MachineOptions): Found[] {
  return [
    ...metadata(env, underGuard, read),
    ...(read(SERVICE_ACCOUNT) === null
      ? []
      : [
          access({
            kind: 'machine',
            where: SERVICE_ACCOUNT,
            what: "token of this container's Kubernetes service account",
            power: 'what the cluster lets this account do',
            unlimited: false,
            underGuard: underGuard.file(SERVICE_ACCOUNT),
          }),
        ]),
    ...memberships(uid, groups, read),
  ];
}

function metadata(env: MachineOptions['env'], underGuard: UnderGuard, read: ReadFile): Found[] {
  const cloud = CLOUDS.find(([file, says]) => says.test(read(`${DMI}/${file}`) ?? ''))?.[2];
  const task = env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI ?? env.AWS_CONTAINER_CREDENTIALS_FULL_URI;
  const provider = task === undefined ? cloud : 'aws';
  if (provider === undefined) return [];
  const roles = WITH_ROLES.includes(provider);
  return [
    {
      ...access({
        kind: 'machine',
        where:
          task === undefined ? '169.254.169.254' : 'the address in AWS_CONTAINER_CREDENTIALS_*',
        what: 'metadata service of the cloud',
        power: roles
          ? "credentials of this machine's role, if it has one"
          : 'what the machine was started with',
        unlimited: false,
        // guard dials no link-local address for a session.
        underGuard: underGuard.socket('/169.254.169.254'),
      }),
      provider: providerNamed(provider),
    },
  ];
}

function memberships(uid: number, groups: readonly number[], read: ReadFile): Found[] {
  const names = new Map(
    (read('/etc/group') ?? '').split('\n').map((line) => {
      const [name = '', , id = ''] = line.split(':');
      return [Number(id), name] as const;
    }),
  );
  const mine = groups.map((group) => names.get(group) ?? '');
  const root = mine.filter((name) => ROOT_GROUPS.includes(name));
  const sudo = mine.filter((name) => SUDO_GROUPS.includes(name));
  // No set-uid program works in a session, and there is no file there that a group alone opens.
  const underGuard = 'not reachable';
  if (uid === 0)
    return [
      access({
        ...{ kind: 'machine', where: 'user root', what: 'runs as root', underGuard },
        ...{ power: 'everything on this machine', unlimited: true },
      }),
    ];
  return [
    ...root.map((name) =>
      access({
        ...{ kind: 'machine', where: `group ${name}`, what: 'membership', underGuard },
        ...{ power: 'root of this machine, by way of what the group may use', unlimited: true },
      }),
    ),
    ...sudo.map((name) =>
      access({
        ...{ kind: 'machine', where: `group ${name}`, what: 'membership', underGuard },
        ...{
          power: 'root of this machine; whether a password is asked for cannot be seen',
          unlimited: false,
        },
      }),
    ),
  ];
}
