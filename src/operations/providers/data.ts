/** Providers as plain data, after the YAML of `profiles/providers` was checked: see docs/providers-format.md. */
import type { Json, OperationClass } from '../../policy/types.ts';
import type { Dialect } from '../../policy/sql/types.ts';
import type { CredentialPlace } from '../types.ts';

export interface ProviderData {
  id: string;
  name: string;
  hosts: string[];
  credentials: CredentialPlace[];
  graphql: GraphqlData | null;
  rest: { rules: RestRule[]; otherwise: Record<string, OperationClass> };
  sql: SqlPlace[];
  batch: BatchPlace[];
  grpc: MethodRule[];
  jsonrpc: MethodRule[];
  /** Templates of repositories' addresses. */
  git: string[];
  aws: AwsData | null;
  /** Hosts (`*.host`) that speak S3. */
  s3: string[];
}

/** From the mildest to the strictest, as rules are weighed. */
export const STRICTNESS = ['read', 'change', 'unknown', 'access', 'destroy'] as const;

export const GRAPHQL_KINDS = ['query', 'mutation', 'subscription'] as const;
export type GraphqlKind = (typeof GRAPHQL_KINDS)[number];

export interface GraphqlData {
  /** Path templates; empty: wherever a body holds a GraphQL document. */
  paths: string[];
  rules: GraphqlRule[];
  otherwise: Record<GraphqlKind, OperationClass>;
}

interface Rule {
  class: OperationClass;
  name: string | null;
  because: string | null;
  when: Condition[];
}

export interface GraphqlRule extends Rule {
  kind: GraphqlKind;
  fields: string[];
  /** Paths in the arguments; the first that is there. */
  target: string[];
}

export interface RestRule extends Rule {
  /** `METHOD TEMPLATE`. */
  routes: string[];
  /** With `{parameter}`, `{body.PATH}`, `{query.NAME}`; the path of the request where null. */
  target: string | null;
  /** Only at these hosts of the provider; empty for all. */
  hosts: string[];
}

export interface MethodRule extends Rule {
  /** `/package.Service/Method`, `tools/call NAME`, `service:Operation`; `*` is any run of characters. */
  methods: string[];
  /** Paths in the body; the first that is there. */
  target: string[];
}

export interface AwsData {
  rules: MethodRule[];
  /** Where operations hold statements. */
  sql: { methods: string[]; path: string; dialect: Dialect }[];
  /** `NAME METHOD /path` by service: so that rules can name what does not destroy. */
  routes: Record<string, string[]>;
}

export interface SqlPlace {
  route: string;
  /** Where statements are: a path in the body (empty for the whole of it) or a parameter of the query. */
  in: 'body' | 'query';
  path: string;
  dialect: Dialect;
  target: string | null;
  /** Only what is plainly SQL counts: for hosts of which nothing is known. */
  ifClear: boolean;
}

export interface BatchPlace {
  route: string;
  /** Where the list of requests is in a JSON body; null for HTTP requests in the parts of a multipart body. */
  requests: string | null;
  method: string;
  path: string;
  body: string;
}

/** One holds when any value at its path does; what cannot be seen holds. */
export type Condition =
  | { all: Condition[] }
  | { in: 'arguments' | 'body' | 'query' | 'header'; path: string; test: ConditionTest };

export type ConditionTest =
  | { kind: 'in'; values: Json[] }
  | { kind: 'empty' }
  | { kind: 'present'; present: boolean }
  | { kind: 'like'; patterns: string[] };

/** A request as it goes over the wire, and what it must be read as. */
export interface ProviderExample {
  request: string;
  /** Decoded from base64, in place of the text after the head. */
  body: string | null;
  host: string;
  class: OperationClass;
  operation: string | null;
  target: string | null;
  /** Names of all operations, in any order. */
  operations: string[] | null;
  line: number;
}
