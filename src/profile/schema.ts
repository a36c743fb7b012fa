import * as z from 'zod/mini';
import { ACTIONS } from '../policy/types.ts';
import { audit } from './schema-audit.ts';
import { list, text } from './schema-parts.ts';
import { callRule, credential } from './schema-services.ts';
import { CONFIRM_BY } from './types.ts';
import * as values from './values.ts';

const port = z.int().check(z.minimum(1), z.maximum(65_535));

const files = z
  .strictObject({
    hide: list(
      text(values.fileGlob, 'A pattern'),
      'Files that cannot be read: an empty, unreadable file stands in their place.',
    ),
    redact: list(
      text(values.fileGlob, 'A pattern'),
      'Files (dotenv) that are readable with every secret value replaced by a placeholder.',
    ),
    protect: list(
      text(values.fileGlob, 'A pattern'),
      'Files and folders that are read-only, and that cannot be newly made.',
    ),
    expose: list(
      text(values.fileGlob, 'A pattern'),
      'Exceptions to `hide` and `redact`. Within one layer the pattern with more literal characters wins. Widens.',
    ),
    write: list(
      text(values.fileGlob, 'A pattern'),
      'Takes lines of `protect` back, each named exactly as `guard profile show` prints it. Widens.',
    ),
  })
  .check(
    z.describe(
      'Patterns relative to the repository; one without a slash matches at any depth, one that matches a folder counts for all in it.',
    ),
  );

const home = z
  .strictObject({
    read: list(text(values.homePath, 'A path'), 'Bound read-only where it exists. Widens.'),
    write: list(
      text(values.homePath, 'A path'),
      'Bound read-write; a missing one is made, as a folder. Widens.',
    ),
    copy: list(
      text(values.homePath, 'A path'),
      'The session gets a copy, and what it changes there is dropped at its end. Widens.',
    ),
  })
  .check(z.describe('The home folder is empty but for these paths (`~/…` or absolute).'));

const system = z
  .strictObject({
    read: list(text(values.systemPath, 'A path'), 'Bound read-only where it exists. Widens.'),
    hide: list(
      text(values.systemGlob, 'A path'),
      'What is covered inside those; `*` and `?` may stand in the last part.',
    ),
  })
  .check(z.describe('Paths of the host outside home.'));

const env = z
  .strictObject({
    pass: list(
      text(values.envPattern, 'A name'),
      'Variables of your environment that the session gets; `*` may end a name. Widens.',
    ),
    set: z.optional(
      z
        .record(text(values.envName, 'A name'), text(values.envValue, 'A value'))
        .check(z.describe('Variables with the value they have in the session. Widens.')),
    ),
  })
  .check(z.describe('The environment; everything not named is withheld.'));

const command = z
  .strictObject({
    match: text(values.commandWords, 'Words of a command line, as in `terraform apply`.'),
    action: z.enum(ACTIONS).check(z.describe('`allow` widens.')),
    confirm: z.optional(
      z
        .enum(CONFIRM_BY)
        .check(
          z.describe(
            'With `ask`, how you say yes: `key` is one key; `review` is Enter, after what was measured is shown; `type-target` is the name of what would be lost, typed. In your own file it counts as it is; elsewhere it only raises what the rules ask for.',
          ),
        ),
    ),
    reason: z.optional(text(values.sentence, 'One sentence, shown when the rule counts.')),
  })
  .check(
    z.refine(({ action, confirm }) => confirm === undefined || action === 'ask', {
      error: '`confirm` says how a question is answered: it needs `action: ask`',
      path: ['confirm'],
    }),
    z.describe('A rule'),
  );

const network = z
  .strictObject({
    allow: list(
      text(values.hostPattern, 'A host'),
      'Hosts that can be reached: `host`, `*.host` or `*`, with `:PORT` if not 80 and 443. Widens.',
    ),
    deny: list(text(values.hostPattern, 'A host'), 'Hosts that cannot be reached.'),
    hosts: z.optional(
      z
        .record(text(values.hostName, 'A name'), text(values.hostAddress, 'An address'))
        .check(
          z.describe(
            'Where a name lives, as `ADDRESS` or `ADDRESS:PORT`; needed for private and loopback addresses. Widens.',
          ),
        ),
    ),
    'host-ports': list(
      port,
      'Ports of your own loopback that the session reaches on its own. Widens.',
    ),
    publish: list(port, 'Ports of the session that your browser reaches on loopback. Widens.'),
    rules: list(
      callRule,
      'Rules about operations of services: what a request asks for, not only where it goes.',
    ),
    inspect: list(
      text(values.hostPattern, 'A host'),
      'Hosts whose requests guard reads, besides those of providers, credentials and rules.',
    ),
    opaque: list(
      text(values.hostPattern, 'A host'),
      'Hosts whose TLS is never opened, for clients that trust one certificate only: nothing there is judged by operation. Widens.',
    ),
    'foreign-credentials': list(
      text(values.hostPattern, 'A host'),
      'Hosts at which a credential may be used that guard did not issue. Widens.',
    ),
  })
  .check(z.describe('Nothing can be reached but what is named.'));

const sandbox = z
  .strictObject({
    'user-namespaces': z.optional(
      z
        .boolean()
        .check(
          z.describe(
            "May programs inside make user namespaces, as Codex's or Chromium's own sandbox does? `true` widens.",
          ),
        ),
    ),
  })
  .check(z.describe('The sandbox itself.'));

const approvals = z
  .strictObject({
    timeout: z.optional(
      text(
        values.duration,
        'How long a question waits before it counts as refused: `1s` to `60m`. A longer time widens.',
      ),
    ),
  })
  .check(z.describe('Questions to you.'));

const agent = z
  .strictObject({
    program: text(values.programName, 'The program to start: a name on PATH, a path, or `$SHELL`.'),
    description: z.optional(text(values.sentence, 'One line for people.')),
  })
  .check(z.describe("Only in an agent's profile (`~/.config/guard/agents/NAME.yaml`)."));

/** A profile as it is written. */
export const profileSchema = z
  .strictObject({
    version: z.literal(1).check(z.describe('Always `1`.')),
    extends: list(
      text(values.extendsName, 'A name'),
      'Profiles that come first: agents by name, outside a repository also files (`./x.yaml`, `~/x.yaml`).',
    ),
    agent: z.optional(agent),
    workspace: z.optional(
      z
        .enum(['live'])
        .check(z.describe('`live`: the agent works in the repository itself. The only one today.')),
    ),
    files: z.optional(files),
    home: z.optional(home),
    system: z.optional(system),
    env: z.optional(env),
    commands: list(command, 'Rules about programs that are started.'),
    network: z.optional(network),
    broker: list(
      text(values.brokerName, 'A name'),
      'Commands that guard runs for the session with a credential the session does not get, such as `git` (pushes over ssh) or `gh`; `guard shims` lists them. Widens.',
    ),
    credentials: z.optional(
      z
        .record(text(values.credentialName, 'A name'), credential)
        .check(z.describe('Credentials by name. Widens.')),
    ),
    sandbox: z.optional(sandbox),
    approvals: z.optional(approvals),
    audit: z.optional(audit),
  })
  .check(z.describe('A guard profile'));

export type ProfileDocument = z.infer<typeof profileSchema>;

/** The JSON Schema (draft 2020-12) that editors use to complete and check a `.guard.yaml`. */
export function profileJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(profileSchema);
  return { $schema, title: 'guard profile', ...rest };
}
