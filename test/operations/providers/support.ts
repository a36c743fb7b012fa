import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AwsOperations } from '../../../src/operations/aws/operations.ts';
import { compileProvider, type Provider } from '../../../src/operations/providers/compile.ts';
import type { ProviderExample } from '../../../src/operations/providers/data.ts';
import { readProvider } from '../../../src/operations/providers/read-provider.ts';
import { STRICTNESS } from '../../../src/operations/providers/data.ts';
import type { Classified, HttpCall } from '../../../src/operations/types.ts';
import { PACKAGE_ROOT } from '../../../src/package-root.ts';
import type { OperationClass } from '../../../src/policy/types.ts';

export const folder = join(PACKAGE_ROOT, 'profiles', 'providers');
export const awsOperations = JSON.parse(
  readFileSync(join(folder, 'aws-operations.json'), 'utf8'),
) as AwsOperations;

/** One built-in provider, compiled, with its examples. */
export function builtin(id: string): { provider: Provider; examples: ProviderExample[] } {
  const text = readFileSync(join(folder, `${id}.yaml`), 'utf8');
  const { provider, examples } = readProvider(text, { id, file: `${id}.yaml` });
  return { provider: compileProvider(provider, () => awsOperations), examples };
}

export const builtinIds = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''))
  .sort();

/** A provider out of YAML without its last part: a test needs no examples. */
export function provider(yaml: string): Provider {
  const text = `provider: test\nname: Test\nabout: For a test.\nhosts: [api.example]\n${yaml}\nexamples:\n  - { request: GET /, class: read }\n`;
  const data = readProvider(text, { id: 'test', file: 'test.yaml' }).provider;
  return compileProvider(data, () => awsOperations);
}

export function call(
  line: string,
  given: {
    host?: string;
    headers?: Record<string, string>;
    body?: string;
    state?: HttpCall['body']['state'];
  } = {},
): HttpCall {
  const [method = '', path = ''] = line.split(' ');
  const bytes = Buffer.from(given.body ?? '');
  return {
    scheme: 'https',
    version: '1.1',
    host: given.host ?? 'api.example',
    port: 443,
    method,
    path,
    headers: Object.entries(given.headers ?? {}),
    body: { bytes, state: given.state ?? (bytes.length ? 'whole' : 'none') },
  };
}

export function strictness({ operations }: Pick<Classified, 'operations'>): number {
  return Math.max(...operations.map((one) => rank(one.class)));
}

export function rank(operationClass: OperationClass): number {
  return STRICTNESS.indexOf(operationClass);
}
