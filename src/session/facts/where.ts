import type { Fact } from '../../approval/types.ts';
import { readHandle } from '../../view/inside.ts';
import { withoutCredentials } from './push-target.ts';
import { valuesOf, type Scope } from './scope.ts';

/** A kubeconfig with many clusters is some ten kilobytes. */
const LARGEST = 256 * 1024;
const VALUE_LIMIT = 120;
const SAID_LIMIT = 6;

/** Options that say which place is meant, whatever the tool: as they are told, by the names they go by. */
const OPTIONS: readonly (readonly [label: string, ...flags: string[]])[] = [
  ['context', 'context', 'kube-context', 'kubecontext'],
  ['cluster', 'cluster', 'cluster-name'],
  ['namespace', 'namespace'],
  ['profile', 'profile'],
  ['account', 'account', 'account-id'],
  ['organisation', 'org', 'organization'],
  ['project', 'project', 'project-id', 'project-ref', 'project-name'],
  ['subscription', 'subscription'],
  ['resource group', 'resource-group'],
  ['workspace', 'workspace'],
  ['stack', 'stack'],
  ['environment', 'environment'],
  ['app', 'app'],
  ['region', 'region'],
  ['address', 'endpoint-url', 'endpoint', 'server', 'url', 'dsn'],
  ['host', 'host', 'hostname'],
  ['database', 'dbname', 'database'],
];

type Said = readonly [label: string, value: string, from?: string];

/**
 * Which of several places a command about something remote means: as its options say, its environment, or the settings it
 * would read. Nothing is run; what is not found is not told.
 */
export function whereFacts(scope: Scope): Fact[] {
  const { command } = scope.invocation;
  // What these measure says where already, or there is no elsewhere.
  if (command === 'git' || LOCAL.has(command)) return [];
  const options = OPTIONS.flatMap(([label, ...flags]): Said[] => {
    const value = flags.flatMap((flag) => valuesOf(scope, flag)).at(-1);
    return value ? [[label, value]] : [];
  });
  const known = new Set(options.map(([label]) => label));
  const settings = SETTINGS[command]?.(scope) ?? [];
  const said = [...options, ...settings.filter(([label]) => !known.has(label))];
  if (said.length === 0) return [];
  const text = said
    .slice(0, SAID_LIMIT)
    .map(([label, value, from]) => `${label} ${clean(value)}${from ? ` (${from})` : ''}`)
    .join(', ');
  return [{ label: 'where', text }];
}

const LOCAL = new Set(['rm', 'mv', 'dd', 'find', 'shred', 'truncate', 'unlink', 'chmod', 'chown']);

function clean(value: string): string {
  const address = withoutCredentials(value);
  return address.length > VALUE_LIMIT ? `${address.slice(0, VALUE_LIMIT)}…` : address;
}

const SETTINGS: Record<string, (scope: Scope) => Said[]> = {
  kubectl: kubernetes,
  helm: kubernetes,
  flux: kubernetes,
  oc: kubernetes,
  terraform,
  tofu: terraform,
  terragrunt: terraform,
  aws: (scope) => [
    ...variable(scope, 'profile', 'AWS_PROFILE', 'AWS_DEFAULT_PROFILE'),
    ...variable(scope, 'region', 'AWS_REGION', 'AWS_DEFAULT_REGION'),
    ...variable(scope, 'address', 'AWS_ENDPOINT_URL'),
  ],
  gcloud,
  gsutil: gcloud,
  bq: gcloud,
  docker,
  podman: (scope) => variable(scope, 'host', 'CONTAINER_HOST'),
  psql: postgres,
  dropdb: postgres,
  pg_restore: postgres,
  mysql: (scope) => variable(scope, 'host', 'MYSQL_HOST'),
  gh: (scope) => [
    ...variable(scope, 'host', 'GH_HOST'),
    ...variable(scope, 'repository', 'GH_REPO'),
  ],
  pulumi: (scope) => variable(scope, 'stack', 'PULUMI_STACK'),
};

function kubernetes(scope: Scope): Said[] {
  const named = variable(scope, 'context', 'HELM_KUBECONTEXT', 'KUBE_CONTEXT');
  if (named.length) return [...named, ...variable(scope, 'namespace', 'HELM_NAMESPACE')];
  const option = valuesOf(scope, 'kubeconfig').at(-1);
  const list = option ?? scope.environment?.get('KUBECONFIG') ?? inHome(scope, '.kube/config');
  // The first file that sets a value wins: kubectl, "Merging kubeconfig files".
  for (const file of option === undefined ? list.split(':') : [list]) {
    const text = file && read(scope, file);
    const current = text ? /^current-context:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1] : undefined;
    if (current) return [['context', current, 'the current one']];
  }
  return [];
}

function terraform(scope: Scope): Said[] {
  const named = variable(scope, 'workspace', 'TF_WORKSPACE');
  if (named.length) return named;
  const folder = valuesOf(scope, 'chdir').at(-1) ?? '.';
  const data = scope.environment?.get('TF_DATA_DIR') ?? '.terraform';
  const text = read(
    scope,
    data.startsWith('/') ? `${data}/environment` : `${folder}/${data}/environment`,
  );
  const workspace = text?.trim();
  return workspace ? [['workspace', workspace, 'the selected one']] : [];
}

function gcloud(scope: Scope): Said[] {
  const project = variable(scope, 'project', 'CLOUDSDK_CORE_PROJECT', 'GOOGLE_CLOUD_PROJECT');
  if (project.length) return project;
  const folder = scope.environment?.get('CLOUDSDK_CONFIG') ?? inHome(scope, '.config/gcloud');
  const named = valuesOf(scope, 'configuration').at(-1);
  const active =
    named ??
    scope.environment?.get('CLOUDSDK_ACTIVE_CONFIG_NAME') ??
    read(scope, `${folder}/active_config`)?.trim();
  if (!active || !/^[\w-]+$/.test(active)) return [];
  const text = read(scope, `${folder}/configurations/config_${active}`) ?? '';
  const core = /^\[core\]$([^[]*)/m.exec(text)?.[1] ?? '';
  const set = /^project[ \t]*=[ \t]*(\S+)/m.exec(core)?.[1];
  return set ? [['project', set, `configuration ${active}`]] : [];
}

function docker(scope: Scope): Said[] {
  const named = [
    ...variable(scope, 'host', 'DOCKER_HOST'),
    ...variable(scope, 'context', 'DOCKER_CONTEXT'),
  ];
  if (named.length) return named;
  const folder = scope.environment?.get('DOCKER_CONFIG') ?? inHome(scope, '.docker');
  const current = /"currentContext"\s*:\s*"([^"\\]+)"/.exec(
    read(scope, `${folder}/config.json`) ?? '',
  );
  return current?.[1] ? [['context', current[1], 'the current one']] : [];
}

function postgres(scope: Scope): Said[] {
  return [
    ...variable(scope, 'host', 'PGHOST'),
    ...variable(scope, 'database', 'PGDATABASE'),
    ...variable(scope, 'service', 'PGSERVICE'),
  ];
}

function variable({ environment }: Scope, label: string, ...names: string[]): Said[] {
  for (const name of names) {
    const value = environment?.get(name);
    if (value) return [[label, value, name]];
  }
  return [];
}

function inHome({ environment, request }: Scope, path: string): string {
  return `${environment?.get('HOME') ?? request.home}/${path}`;
}

/** A file as the command would find it; null where there is none, or more than is read. */
function read({ root, request }: Scope, path: string): string | null {
  const handle = root.handle(path.startsWith('/') ? path : `${request.cwd}/${path}`);
  if (handle === null) return null;
  try {
    return readHandle(handle, LARGEST)?.toString('utf8') ?? null;
  } catch {
    return null;
  } finally {
    root.drop(handle);
  }
}
