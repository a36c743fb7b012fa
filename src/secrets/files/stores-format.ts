import { z } from 'zod';

const text = z.string().min(1);

/** One place outside of repositories where a tool keeps credentials. See the head of `profiles/credential-stores.yaml`. */
export const CREDENTIAL_STORE = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  what: text,
  provider: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/)
    .optional(),
  reader: text.optional(),
  paths: z.array(z.string().regex(/^(?:~\/|\/)[^\0]+$/)).min(1),
  env: z.array(z.string().regex(/^[A-Z_][A-Z0-9_]*$/)).optional(),
  command: text.optional(),
});

export const CREDENTIAL_STORES = z.strictObject({
  version: z.literal(1),
  stores: z.array(CREDENTIAL_STORE).min(1),
});

export type CredentialStore = z.infer<typeof CREDENTIAL_STORE>;
