import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AwsOperations } from '../../src/operations/aws/operations.ts';
import { classify } from '../../src/operations/providers/classify.ts';
import { compileProvider, type Provider } from '../../src/operations/providers/compile.ts';
import type { ProviderExample } from '../../src/operations/providers/data.ts';
import { exampleCall } from '../../src/operations/providers/example-call.ts';
import { readProvider, type ReadProvider } from '../../src/operations/providers/read-provider.ts';
import { isStricter } from '../../src/operations/providers/weigh.ts';
import { PACKAGE_ROOT } from '../../src/package-root.ts';
import { ProfileError, formatProblem } from '../../src/profile/problem.ts';

const folder = join(PACKAGE_ROOT, 'profiles', 'providers');
const aws = JSON.parse(readFileSync(join(folder, 'aws-operations.json'), 'utf8')) as AwsOperations;
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .sort();

function read(file: string): ReadProvider | string[] {
  const shown = `profiles/providers/${file}`;
  try {
    const text = readFileSync(join(folder, file), 'utf8');
    return readProvider(text, { id: file.replace('.yaml', ''), file: shown });
  } catch (error) {
    if (error instanceof ProfileError) return error.problems.map(formatProblem);
    throw error;
  }
}

/** The strictest operation of an example, the way it was written down. */
function outcome(provider: Provider, example: ProviderExample) {
  const { operations } = classify(provider, exampleCall(example));
  const worst = operations.reduce((a, b) => (isStricter(b.class, a.class) ? b : a));
  const alike = operations.filter((one) => one.class === worst.class);
  const named =
    alike.find(({ name, target }) => name === example.operation && target === example.target) ??
    alike.find(({ name }) => name === example.operation) ??
    worst;
  return {
    class: named.class,
    ...(example.operation === null ? {} : { operation: named.name }),
    ...(example.target === null ? {} : { target: named.target }),
    ...(example.operations === null
      ? {}
      : { operations: operations.map(({ name }) => name).sort() }),
  };
}

/** All that is said about an example, reasons included. */
function said(provider: Provider, example: ProviderExample): string {
  const { operations } = classify(provider, exampleCall(example));
  return JSON.stringify(operations.map((one) => ({ ...one, arguments: null })));
}

function expected(example: ProviderExample) {
  return {
    class: example.class,
    ...(example.operation === null ? {} : { operation: example.operation }),
    ...(example.target === null ? {} : { target: example.target }),
    ...(example.operations === null ? {} : { operations: [...example.operations].sort() }),
  };
}

describe.each(files)('%s', (file) => {
  const result = read(file);

  it('is well formed', () => {
    expect(Array.isArray(result) ? result : []).toEqual([]);
  });
  if (Array.isArray(result)) return;
  const { provider, examples } = result;
  const compiled = compileProvider(provider, () => aws);
  const whole = new Map(examples.map((example) => [example, said(compiled, example)]));

  for (const example of examples)
    it(`line ${example.line}: ${example.request.split('\n', 1)[0] ?? ''} is ${example.class}`, () => {
      expect(outcome(compiled, example)).toEqual(expected(example));
    });

  const sections = ['graphql', 'rest', 'grpc', 'jsonrpc', 'sql', 'batch', 'aws', 'aws sql'];
  for (const section of sections) {
    const rules = rulesOf(provider, section);
    for (const index of rules.keys())
      it(`needs ${section} rule ${index + 1} (${nameOf(rules[index])}): without it an example is read differently`, () => {
        const without = structuredClone(provider);
        rulesOf(without, section).splice(index, 1);
        const other = compileProvider(without, () => aws);
        const changed = examples.filter((example) => said(other, example) !== whole.get(example));
        expect(changed).not.toEqual([]);
      });
  }
});

function rulesOf(provider: ReadProvider['provider'], section: string): unknown[] {
  if (section === 'graphql') return provider.graphql?.rules ?? [];
  if (section === 'rest') return provider.rest.rules;
  if (section === 'aws') return provider.aws?.rules ?? [];
  if (section === 'aws sql') return provider.aws?.sql ?? [];
  return provider[section as 'grpc' | 'jsonrpc' | 'sql' | 'batch'];
}

function nameOf(rule: unknown): string {
  const {
    fields,
    routes,
    methods,
    route,
    class: operationClass = '',
  } = rule as Record<string, unknown>;
  return `${String(operationClass)} ${String([fields ?? routes ?? methods ?? route].flat()[0])}`;
}
