import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { DIALECTS } from '../../policy/sql/types.ts';
import { OPERATION_CLASSES } from '../../policy/types.ts';
import { argumentPath, envName, headerName, hostPattern, scheme } from '../../profile/values.ts';
import { operationPattern, sentence } from '../../profile/values.ts';
import { checkRoute, checkTemplate } from '../rest/template.ts';
import { GRAPHQL_KINDS } from './data.ts';

// Without a locale every message is "Invalid input".
z.config(en());

const text = (check: (value: string) => string | null) =>
  z.string().check(
    z.refine((value) => check(value) === null, {
      error: (issue) => check(String(issue.input)) ?? 'not allowed',
    }),
  );
/** One or a list of them. */
const some = <T extends z.core.SomeType>(item: T, most = 500) =>
  z.array(item).check(z.minLength(1), z.maxLength(most));

const operationClass = z.enum(OPERATION_CLASSES);
const words = text((value) =>
  value.length > 0 && value.length <= 300 && !/[\u0000-\u001f]/.test(value)
    ? null
    : 'expected text on one line',
);
const host = text((value) =>
  value.includes(':') || value === '*' ? 'expected "host" or "*.host"' : hostPattern(value),
);
const template = text((value) => checkTemplate(value));
const route = text((value) => checkRoute(value));
const field = text((value) =>
  /^[\w*.]{1,200}$/.test(value) ? null : 'expected the name of a field, "*" for any characters',
);
const path = text(argumentPath);
const pathOrWhole = text((value) => (value === '' ? null : argumentPath(value)));
const scalar = z.union([z.null(), z.boolean(), z.number(), z.string()]);
const name = text(operationPattern);
const because = text(sentence);

const test = {
  is: z.optional(scalar),
  in: z.optional(some(scalar)),
  empty: z.optional(z.literal(true)),
  present: z.optional(z.boolean()),
  like: z.optional(z.union([words, some(words)])),
};
const simple = z.strictObject({
  at: z.optional(path),
  body: z.optional(pathOrWhole),
  query: z.optional(words),
  header: z.optional(text(headerName)),
  ...test,
});
const condition = z.union([z.strictObject({ all: some(simple, 10) }), simple]);
const rule = {
  class: operationClass,
  name: z.optional(name),
  because: z.optional(because),
  when: z.optional(some(condition, 100)),
};

const credential = z.union([
  z.strictObject({
    header: text(headerName),
    scheme: z.optional(text(scheme)),
    half: z.optional(z.enum(['user', 'password'])),
    env: z.optional(z.array(text(envName))),
  }),
  z.strictObject({ query: words, env: z.optional(z.array(text(envName))) }),
  z.strictObject({ sigv4: z.tuple([text(envName), text(envName), text(envName)]) }),
]);

const method = text((value) =>
  /^[A-Z-]{1,30}$/.test(value) ? null : 'expected a method in capitals',
);

const target = z.optional(z.union([path, some(path)]));
const methodRules = some(z.strictObject({ ...rule, methods: some(words), target }));
const methods = z.strictObject({ rules: methodRules });
const aws = z.strictObject({
  rules: z.optional(methodRules),
  sql: z.optional(
    some(z.strictObject({ methods: some(words), body: path, dialect: z.enum(DIALECTS) })),
  ),
  routes: z.optional(
    z.record(
      z.string(),
      some(
        text((value) => {
          const [operation = '', ...route] = value.split(' ');
          if (!/^[A-Z]\w+$/.test(operation)) return 'expected "Operation METHOD /path"';
          return checkRoute(route.join(' '));
        }),
      ),
    ),
  ),
});

const example = z.strictObject({
  request: z.string().check(z.minLength(5), z.maxLength(100_000)),
  'body-base64': z.optional(
    text((value) => (/^[\w+/=\s]+$/.test(value) ? null : 'expected base64')),
  ),
  host: z.optional(host),
  class: operationClass,
  operation: z.optional(z.string()),
  operations: z.optional(some(z.string())),
  target: z.optional(z.string()),
});

/** `profiles/providers/ID.yaml` as it is written. */
export const providerSchema = z.strictObject({
  provider: text((value) =>
    /^[a-z0-9][a-z0-9_-]{0,63}$/.test(value) ? null : 'expected the name of the file',
  ),
  name: words,
  about: because,
  hosts: z.array(host).check(z.maxLength(200)),
  credentials: z.optional(z.array(credential).check(z.maxLength(20))),
  graphql: z.optional(
    z.strictObject({
      paths: z.optional(some(template)),
      rules: z.optional(
        some(
          z.strictObject({
            ...rule,
            kind: z.optional(z.enum(GRAPHQL_KINDS)),
            fields: some(field),
            target,
          }),
        ),
      ),
      otherwise: z.optional(
        z.strictObject({
          query: z.optional(operationClass),
          mutation: z.optional(operationClass),
          subscription: z.optional(operationClass),
        }),
      ),
    }),
  ),
  rest: z.optional(
    z.strictObject({
      rules: z.optional(
        some(
          z.strictObject({
            ...rule,
            routes: some(route, 2000),
            target: z.optional(words),
            hosts: z.optional(some(host)),
          }),
        ),
      ),
      otherwise: z.optional(z.record(method, operationClass)),
    }),
  ),
  sql: z.optional(
    some(
      z.strictObject({
        route,
        body: z.optional(pathOrWhole),
        query: z.optional(words),
        dialect: z.enum(DIALECTS),
        target: z.optional(words),
        'if-clear': z.optional(z.literal(true)),
      }),
    ),
  ),
  batch: z.optional(
    some(
      z.union([
        z.strictObject({
          route,
          requests: pathOrWhole,
          method: path,
          path,
          body: z.optional(path),
        }),
        z.strictObject({ route, parts: z.literal('http') }),
      ]),
    ),
  ),
  grpc: z.optional(methods),
  jsonrpc: z.optional(methods),
  git: z.optional(some(template)),
  aws: z.optional(aws),
  s3: z.optional(some(host)),
  examples: some(example, 2000),
});

export type ProviderDocument = z.infer<typeof providerSchema>;
