import * as z from 'zod/mini';
import { list, text } from './schema-parts.ts';
import * as values from './values.ts';

const exception = z
  .strictObject({
    path: text(values.fileGlob, 'A pattern, as under `files`.'),
    rule: text(
      values.secretRule,
      'The rule, as a finding names it: `provider.kind`, `provider.*` or `*`.',
    ),
    reason: text(
      values.sentence,
      'Why it is no secret, or none that matters; shown with what it allows.',
    ),
  })
  .check(z.describe('An exception'));

export const audit = z
  .strictObject({
    tier: z.optional(
      z
        .enum(['certain', 'likely', 'weak'])
        .check(
          z.describe(
            'How sure a finding must be to be reported; of several files the one that shows most counts, and `--tier` goes before all. `likely` unless told.',
          ),
        ),
    ),
    exceptions: list(exception, 'Findings that do not count.'),
    'repository-exceptions': z.optional(
      z
        .boolean()
        .check(
          z.describe(
            "`false`, in your own or your organisation's file: exceptions in a repository's profile do not count.",
          ),
        ),
    ),
  })
  .check(
    z.describe(
      'For `guard audit` alone: a session hides what is excepted here as well. The repository needs no trust for it.',
    ),
  );

export type AuditSection = z.infer<typeof audit>;
