import { compileAws, type CompiledAws } from '../aws/read-aws.ts';
import type { AwsOperations } from '../aws/operations.ts';
import { compileBatch, type CompiledBatch } from '../rest/read-batch.ts';
import { compileRest, type CompiledRest } from '../rest/read-rest.ts';
import { compileSql, type CompiledSql } from '../rest/read-sql.ts';
import { compileTemplate, type Template } from '../rest/template.ts';
import type { ProviderData } from './data.ts';
import { compileGraphql, type CompiledGraphql } from './graphql-rules.ts';
import { compileMethods, type CompiledMethods } from './method-rules.ts';

/** A provider, ready to judge requests. */
export interface Provider {
  /** Null for the rules of hosts that have no provider. */
  id: string | null;
  graphql: CompiledGraphql | null;
  rest: CompiledRest;
  sql: readonly CompiledSql[];
  batch: readonly CompiledBatch[];
  grpc: CompiledMethods;
  jsonrpc: CompiledMethods;
  /** Of all that lies below a repository's address. */
  git: readonly Template[];
  aws: CompiledAws | null;
  /** Hosts that speak S3. */
  s3: readonly string[];
}

export function compileProvider(data: ProviderData, operations: () => AwsOperations): Provider {
  return {
    id: data.id === GENERIC ? null : data.id,
    graphql: data.graphql && compileGraphql(data.graphql),
    rest: compileRest(data.rest.rules, data.rest.otherwise),
    sql: data.sql.map(compileSql),
    batch: data.batch.map(compileBatch),
    grpc: compileMethods(data.grpc),
    jsonrpc: compileMethods(data.jsonrpc),
    git: data.git.map((written) => compileTemplate(`${written === '/' ? '' : written}/**`)),
    aws: data.aws && compileAws(data.aws, operations()),
    s3: data.s3,
  };
}

/** The file that holds the rules for hosts without a provider. */
export const GENERIC = 'generic';
