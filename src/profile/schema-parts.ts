import * as z from 'zod/mini';
import en from 'zod/v4/locales/en.js';
import type * as values from './values.ts';

// Without a locale every message is "Invalid input".
z.config(en());

/** A string that a check of `values.ts` finds nothing wrong with. */
export const text = (check: values.Check, description: string) =>
  z.string().check(
    z.refine((value) => check(value) === null, {
      error: (issue) => check(String(issue.input)) ?? 'not allowed',
    }),
    z.describe(description),
  );

export const list = <T extends z.core.SomeType>(item: T, description: string) =>
  z.optional(z.array(item).check(z.maxLength(1000), z.describe(description)));
