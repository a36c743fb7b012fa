import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import { readFlags } from '../policy/argv/flag-spelling.ts';
import { STYLES } from '../policy/rules/pack.ts';
import { envName, homePath, hostPattern, sentence } from '../profile/values.ts';
import { OPERANDS } from './definition.ts';

// Without a locale every message is "Invalid input".
z.config(en());

const text = (check: (value: string) => string | null) =>
  z.string().check(
    z.refine((value) => check(value) === null, {
      error: (issue) => check(String(issue.input)) ?? 'not allowed',
    }),
  );
const list = <T extends z.core.SomeType>(item: T) => z.array(item).check(z.maxLength(200));

const WORDS = /^[a-z0-9@][\w@:.-]*(?: [a-z0-9@][\w@:.-]*)*$/i;
const words = text((value) =>
  WORDS.test(value) && value.length <= 100 ? null : 'expected words such as "pr create"',
);
const program = text((value) =>
  /^[\w][\w.+-]{0,63}$/.test(value) ? null : 'expected the name of a program',
);
const runs = text((value) =>
  /^[\w][\w.+-]{0,63}$/.test(value) || (value.startsWith('/') && homePath(value) === null)
    ? null
    : 'expected the name of a program, an absolute path, "git-core" or "beside"',
);
const host = text((value) =>
  value.includes('*') ? 'a broker names its hosts: no "*" here' : hostPattern(value),
);
const flags = text((value) => {
  try {
    readFlags(value);
    return value.length > 20_000 ? 'longer than 20000 characters' : null;
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be read';
  }
});
const option = text((value) =>
  /^[A-Za-z0-9][\w-]*$/.test(value) ? null : 'expected the name of an option without dashes',
);
const pattern = text((value) => (value.length > 0 && value.length <= 300 ? null : 'expected text'));
const oneOrMore = z.union([pattern, list(pattern)]);
const place = text((value) => (/^[1-9]$/.test(value) ? null : 'expected a place from 1 to 9'));
const argument = text((value) =>
  value.length > 0 && value.length <= 300 && !/[\u0000-\u001f]/.test(value)
    ? null
    : 'expected one argument',
);
const refusal = z.record(
  text((value) => {
    const plain = value.replace(/^--?/, '');
    return WORDS.test(plain) ? null : 'expected words of a command, or an option';
  }),
  text(sentence),
);

const examples = z.strictObject({
  runs: z.optional(list(pattern)),
  asks: z.optional(list(pattern)),
  inside: z.optional(list(pattern)),
  refused: z.optional(list(pattern)),
});

const command = z.strictObject({
  command: words,
  aliases: z.optional(list(words)),
  about: text(sentence),
  flags: z.optional(flags),
  values: z.optional(z.record(option, oneOrMore)),
  operands: z.optional(z.enum(OPERANDS)),
  'at-least': z.optional(z.int().check(z.minimum(0), z.maximum(1000))),
  'at-most': z.optional(z.int().check(z.minimum(0), z.maximum(1000))),
  'operand-at': z.optional(z.record(place, oneOrMore)),
  add: z.optional(list(argument)),
  ask: z.optional(text(sentence)),
  'ask-if': z.optional(z.record(option, text(sentence))),
  'writes-repository': z.optional(z.boolean()),
  examples,
});

/** `profiles/brokers/NAME.yaml` as it is written. */
export const definitionSchema = z.strictObject({
  version: z.literal(1),
  about: text(sentence),
  program,
  runs: z.optional(list(runs)),
  hosts: z.optional(list(host)),
  'hosts-from': z.optional(z.enum(['git-remote'])),
  credential: z.strictObject({
    files: z.optional(list(text(homePath))),
    sockets: z.optional(list(text(envName))),
    env: z.optional(list(text(envName))),
    login: text(sentence),
  }),
  files: z.optional(list(text(homePath))),
  set: z.optional(z.record(text(envName), pattern)),
  style: z.optional(z.enum(STYLES)),
  flags: z.optional(flags),
  values: z.optional(z.record(option, oneOrMore)),
  'ask-if': z.optional(z.record(option, text(sentence))),
  otherwise: z.optional(z.enum(['inside', 'refuse'])),
  never: z.optional(refusal),
  inside: z.optional(list(words)),
  commands: list(command).check(z.minLength(1)),
  examples: z.optional(examples),
});

export type DefinitionDocument = z.infer<typeof definitionSchema>;
