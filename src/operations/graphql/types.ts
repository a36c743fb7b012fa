import type { Json } from '../../policy/types.ts';
import type { HttpCall } from '../types.ts';

/** A field that a server would resolve: fragments are spread, `@skip` and `@include` are not believed. */
export interface GraphqlField {
  /** The schema's name, not the alias. */
  name: string;
  /** Schema names from the root, with dots: `volume.delete`; for a field at the top its name. */
  path: string;
  alias: string | null;
  /** Variables and their defaults are put in; `UNSEEN` (../unseen.ts) where the value cannot be told. */
  arguments: { readonly [name: string]: Json };
}

export interface GraphqlTopField extends GraphqlField {
  /** Every field below it to a depth of six, flat, for services that put mutations under a namespace. */
  nested: readonly GraphqlField[];
}

/** An operation that the server would run, or could take to be the one to run. */
export interface GraphqlOperation {
  kind: 'query' | 'mutation' | 'subscription';
  name: string | null;
  fields: readonly GraphqlTopField[];
}

/** Something in the request that cannot be told: it counts as an operation of its own. */
export interface GraphqlUnknown {
  kind: 'unknown';
  /** A clause for people, without text from the wire: `the document does not parse`. */
  why: string;
}

/** All parts count; there is always one. Reads and never throws. */
export interface GraphqlRequest {
  parts: readonly [GraphqlOperation | GraphqlUnknown, ...(GraphqlOperation | GraphqlUnknown)[]];
  /** The answer has to be a list. */
  batched: boolean;
}

export type GraphqlCall = Pick<HttpCall, 'method' | 'path' | 'headers' | 'body'>;
