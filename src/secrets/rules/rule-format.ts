import { z } from 'zod';

/**
 * One file of `profiles/secrets`: the kinds of secrets that one provider hands out, or those of many small providers of one
 * field. Documented for users in `docs/secrets-format.md`.
 */
const text = z.string().min(1);
const providerId = z.string().regex(/^[a-z0-9][a-z0-9_-]*$/);

/** What a secret can prove of itself; `src/secrets/rules/checksums.ts` knows each. */
export const CHECKSUMS = [
  'github-crc32',
  'npm-crc32',
  'gitlab-crc32',
  'cloudflare-crc32',
  'grafana-crc32',
  'zuplo-crc32',
  'bech32',
  'nkey-crc16',
  'jwt',
  'base64-json',
] as const;

/** What a secret of `by: near` must have before it, besides the rule's word. */
export const NEEDS = ['name', 'secret-name', 'nothing'] as const;

const shape = {
  /**
   * JavaScript regular expression for one byte a character, without flags; `(?<secret>…)` where only a part is secret,
   * `(?<random>…)` where only a part was drawn at random.
   */
  pattern: text.optional(),
  /** Without a pattern: which characters the value is made of (as between `[` and `]`), and how many there may be. */
  alphabet: text.optional(),
  length: z.tuple([z.number().int().min(1), z.number().int().max(20_000)]).optional(),
};

export const SECRET_RULE = z.strictObject({
  /** Behind `provider.`: lower case, dashes. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  /** In a file of many providers: which one, and what it calls itself. */
  provider: providerId.optional(),
  name: text.optional(),
  description: text,
  /**
   * `token`: the words stand in the secret itself (its prefix, or a fixed part), which is known by its shape alone.
   * `near`: the words stand before it (a variable's name, a host, a field), in an assignment, a header or a call.
   */
  by: z.enum(['token', 'near']),
  words: z.array(z.string().regex(/^[\x20-\x7e]{3,80}$/)).min(1),
  /** `by: near`: the words are everyday ones, and count only as a part of a name: `line` in `LINE_API_KEY`. */
  everyday: z.boolean().optional(),
  ...shape,
  /** `by: token`: characters (of `alphabet`) that may stand before the word; 0 where the word begins the secret. */
  before: z.number().int().min(0).max(512).optional(),
  /** `by: near`: how far behind the word's name the value may begin. 60 unless told. */
  within: z.number().int().min(1).max(512).optional(),
  /**
   * `by: near`: `secret-name`, a name with key, token, secret or the like; `name` (unless told), such a name or, for a weak
   * finding, the word itself; `nothing`, for shapes that stand for themselves.
   */
  needs: z.enum(NEEDS).optional(),
  checksum: z.enum(CHECKSUMS).optional(),
  /** Bits a character (Shannon) that the value must have at least. Unless told, by length and alphabet. */
  entropy: z.number().min(0).max(8).optional(),
  tier: z.enum(['certain', 'likely', 'weak']),
  /** What it opens, in a few words; `unlimited: true` where it opens all the account has, whatever it was made for. */
  power: text.optional(),
  unlimited: z.boolean().optional(),
  /** How to make it worthless: a page, or a command. */
  revoke: text.optional(),
  /** Variables it is usually kept in. */
  env: z.array(text).optional(),
  examples: z.strictObject({
    /**
     * Text around a made-up secret, which stands in `[[` `]]` unless it is all: `<A-Za-z0-9:36>` is that many characters
     * drawn from that set. What a checksum says of the rest is put in.
     */
    find: z.array(text).min(1),
    /** Text in which nothing may be found by this rule. */
    pass: z.array(text).min(1),
  }),
});

export const SECRET_FILE = z.strictObject({
  version: z.literal(1),
  /** The file's name; where `profiles/providers` has one of that id, the same provider. Else each rule says its own. */
  provider: providerId.optional(),
  name: text.optional(),
  /** In a file of many providers: what they have in common. */
  field: text.optional(),
  /** Where these facts are from. */
  source: text.optional(),
  rules: z.array(SECRET_RULE).min(1),
});

export type SecretRule = z.infer<typeof SECRET_RULE>;
export type SecretFile = z.infer<typeof SECRET_FILE>;
export type Checksum = (typeof CHECKSUMS)[number];

/** What scanning needs of a rule: what the build writes. `id` is whole here: `provider.kind`. */
export type CompactRule = Pick<
  SecretRule,
  | 'id'
  | 'by'
  | 'words'
  | 'everyday'
  | 'pattern'
  | 'alphabet'
  | 'length'
  | 'before'
  | 'within'
  | 'needs'
  | 'checksum'
  | 'entropy'
  | 'tier'
> & {
  /** Bytes that the match may cover. */
  longest: number;
};
