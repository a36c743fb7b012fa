import type { Match } from '../../engine/detector.ts';
import { isPlainValue, isPublicSecretValue } from '../../values/kubernetes.ts';
import { isCredentialName } from '../credential-name.ts';
import type { Field } from '../field.ts';
import { bounded, fieldMatches, inOrder, settings, type Format } from '../format.ts';
import { jsonFields } from '../json-fields.ts';
import { isSecretValue } from '../secret-part.ts';
import { yamlFields } from '../yaml-fields.ts';

/** `auths.HOST.auth` is `user:password` in base64; `identitytoken`, `registrytoken` are what a login gave. */
export const DOCKER_SECRETS = ['auth', 'password', 'identitytoken', 'registrytoken'];

/** A user's key, token or password in a kubeconfig; a certificate alone opens nothing (kubectl's `v1.Config`). */
export const KUBE_SECRETS = [
  'client-key-data',
  'token',
  'password',
  'id-token',
  'refresh-token',
  'access-token',
  'client-secret',
];

/** Fields of a `Secret`'s data: each, whatever it is called. */
function manifestSecret({ name, value, above }: Field): boolean {
  const parent = above.at(-1);
  if (parent !== 'data' && parent !== 'stringData') return false;
  const held = parent === 'data' ? Buffer.from(value, 'base64').toString('latin1') : value;
  return !isPublicSecretValue(name, held) && (isCredentialName(name) || !isPlainValue(held));
}

/** Kubernetes manifests: the data of a Secret. Other kinds in the same file have a `data` that is none. */
function readManifest(text: string): Match[] {
  const source = bounded(text);
  if (!/^[ \t]{0,32}"?kind"?:[ \t]{0,32}["']?Secret\b/m.test(source)) return [];
  const found: Match[] = [];
  let from = 0;
  // Documents are told apart by a line of three dashes (YAML 1.2, 9.1.4).
  for (const part of source.split(/^(?=---)/m)) {
    if (/^"?kind"?:[ \t]{0,32}["']?Secret\b/m.test(part))
      for (const field of yamlFields(part))
        for (const { start, end } of fieldMatches(field, manifestSecret, manifestWorth))
          found.push({ start: start + from, end: end + from });
    from += part.length;
  }
  return inOrder(found);
}

/** Values of `data` are base64: what they hold is judged. */
function manifestWorth(value: string): boolean {
  if (/^[A-Za-z0-9+/]{4,}={0,2}$/.test(value) && value.length % 4 === 0) {
    const inner = Buffer.from(value, 'base64').toString('latin1').trim();
    if (/^[\x20-\x7e]+$/.test(inner)) return isSecretValue(inner) && isSecretValue(value);
  }
  return isSecretValue(value);
}

export const CONTAINER_FORMATS: readonly Format[] = [
  {
    id: 'file.docker',
    at: [
      '.docker/config.json',
      '.dockercfg',
      '.dockerconfigjson',
      'docker-config.json',
      'containers/auth.json',
    ],
    read: settings(jsonFields, DOCKER_SECRETS),
  },
  {
    id: 'file.kubeconfig',
    at: [
      '.kube/config',
      '.kube/*.yaml',
      '.kube/*.yml',
      '.kube/*.conf',
      'kubeconfig',
      'kubeconfig*',
      '*.kubeconfig',
      'kube_config*',
      'k3s.yaml',
      'kubernetes/admin.conf',
    ],
    read: settings(yamlFields, KUBE_SECRETS),
  },
  {
    id: 'file.helm',
    at: [
      'helm/repositories.yaml',
      '.helm/repository/repositories.yaml',
      'helm/registry/config.json',
    ],
    read: settings(yamlFields, [...DOCKER_SECRETS]),
  },
  {
    id: 'file.kubernetes-secret',
    tier: 'likely',
    at: [
      '*secret.yaml',
      '*secret.yml',
      '*secrets.yaml',
      '*secrets.yml',
      'secret*.yaml',
      'secret*.yml',
    ],
    read: readManifest,
  },
  {
    id: 'file.compose',
    tier: 'likely',
    at: [
      'docker-compose*.yml',
      'docker-compose*.yaml',
      'compose.yml',
      'compose.yaml',
      'compose.*.yml',
      'compose.*.yaml',
    ],
    read: settings(composeFields, ({ name }) => isCredentialName(name)),
  },
];

/** Under `environment` a list's entry is `NAME=value` as well. */
function composeFields(text: string): Field[] {
  return yamlFields(text).map((field) => {
    const pair = /^([A-Za-z_]\w{0,127})=/.exec(field.value);
    if (!pair || field.name !== 'environment') return field;
    const [lead, name = ''] = pair;
    return {
      ...field,
      name,
      value: field.value.slice(lead.length),
      start: field.start + lead.length,
    };
  });
}
