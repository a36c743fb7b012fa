import * as z from 'zod/mini';
import { ACTIONS, OPERATION_CLASSES } from '../policy/types.ts';
import { list, text } from './schema-parts.ts';
import * as values from './values.ts';

/** An entry of `network.rules`. */
export const callRule = z
  .strictObject({
    host: z.optional(text(values.hostPattern, 'A host, as in `allow`.')),
    provider: z.optional(text(values.providerName, 'A provider, such as `railway`.')),
    operation: z.optional(
      text(
        values.operationPattern,
        'An operation, such as `mutation volumeDelete`, `DELETE /repos/*`, `s3:Delete*`, `sql DROP *`; `*` is any run of characters.',
      ),
    ),
    class: z.optional(z.enum(OPERATION_CLASSES).check(z.describe('What the operation does.'))),
    target: z.optional(
      text(
        values.operationPattern,
        'What it acts on; `*` as above. Of several targets an `allow` needs all, a refusal one; only an `allow` minds upper and lower case.',
      ),
    ),
    arguments: z.optional(
      z
        .record(
          text(values.argumentPath, 'A path'),
          z.union([text(values.operationPattern, 'A pattern'), z.number(), z.boolean(), z.null()]),
        )
        .check(
          z.describe(
            'Arguments by their path (`input.name`, `**.isDeleted`), with a pattern or a value.',
          ),
        ),
    ),
    action: z.enum(ACTIONS).check(z.describe('`allow` widens.')),
    reason: z.optional(text(values.sentence, 'One sentence, shown when the rule counts.')),
  })
  .check(
    z.refine((rule) => Object.keys(rule).some((key) => !['action', 'reason'].includes(key)), {
      error: 'a rule needs at least one of host, provider, operation, class, target, arguments',
    }),
    z.describe('A rule'),
  );

const scope = (description: string) =>
  list(text(values.operationPattern, 'A class or an operation'), description);

const credentialSource = (description: string) =>
  z
    .strictObject({
      env: z.optional(text(values.envName, 'A variable of your environment.')),
      dotenv: z.optional(text(values.credentialFile, 'A dotenv file; with `name`.')),
      name: z.optional(text(values.envName, 'The variable in the dotenv file.')),
      file: z.optional(text(values.credentialFile, 'A file that holds the value alone.')),
      command: z.optional(
        z
          .array(text(values.commandWords, 'A word'))
          .check(
            z.minLength(1),
            z.maxLength(50),
            z.describe('A command that prints the value, word by word; no shell.'),
          ),
      ),
      keyring: z.optional(
        z
          .record(text(values.keyringWord, 'An attribute'), text(values.keyringWord, 'Its value'))
          .check(z.describe('Attributes that `secret-tool lookup` finds it by.')),
      ),
    })
    .check(
      z.refine(
        ({ env, dotenv, file, command, keyring }) =>
          [env, dotenv, file, command, keyring].filter((one) => one !== undefined).length === 1,
        { error: 'expected exactly one of env, dotenv, file, command, keyring' },
      ),
      z.refine(({ dotenv, name }) => (dotenv === undefined) === (name === undefined), {
        error: 'dotenv and name belong together',
      }),
      z.describe(description),
    );

/** An entry of `credentials`. */
export const credential = z
  .strictObject({
    from: credentialSource(
      'Where the real value is, on your side. It is read when a session starts.',
    ),
    'secret-from': z.optional(
      credentialSource('The secret half of a pair, as AWS has them; `from` is the key id.'),
    ),
    'session-from': z.optional(credentialSource('The session token of such a pair.')),
    provider: z.optional(
      text(
        values.providerName,
        'The service it is for: its hosts, and where it stands in requests.',
      ),
    ),
    hosts: list(
      text(values.credentialHost, 'A host'),
      "Its hosts, where it has no provider, or where it is for some of the provider's only.",
    ),
    header: z.optional(
      text(
        values.headerName,
        'Without a provider: the header it stands in. `Authorization` by default.',
      ),
    ),
    scheme: z.optional(
      text(
        values.scheme,
        'Without a provider: the word before it in the header, `Bearer` by default for `Authorization`; empty for none, `Basic` for `user:password`.',
      ),
    ),
    allow: scope(
      'Classes (`read`, `change`, `destroy`, `access`, `unknown`) and operations that pass unasked with it. `read` does by default. An operation by its name goes before its class; a pattern does not lift a class that is denied.',
    ),
    ask: scope(
      'Those that are asked about. `change`, `destroy`, `access` and `unknown` are by default.',
    ),
    deny: scope('Those that are refused.'),
    ttl: z.optional(
      text(
        values.lifetime,
        'How long the session can use it: `30s`, `30m`, `8h`. To its end by default.',
      ),
    ),
    env: list(
      text(values.envName, 'A name'),
      "Variables that hold its placeholder inside; the provider's own by default.",
    ),
  })
  .check(
    z.refine(({ provider, hosts }) => provider !== undefined || Boolean(hosts?.length), {
      error: 'expected a provider or hosts: a credential belongs somewhere',
    }),
    z.describe(
      'A credential the session can use and never has: inside there is a placeholder, and guard puts the real value into requests it let pass.',
    ),
  );
