import type { CallHead } from '../types.ts';
import type { AwsService, AwsTable } from './operations.ts';

/** Where a request goes, as its signature and its host have it. */
export interface AwsScope {
  /** What operations are named after (`ec2`); two where signature and host disagree. */
  names: readonly [string, ...string[]];
  region: string | null;
  /** All that it may be. */
  services: readonly AwsService[];
  /** The object store's own interface. */
  s3: boolean;
}

const SUFFIX = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws|aws\.dev|on\.aws)$/;
const REGION = /^(?:[a-z]{2}(?:-[a-z]+){1,3}-\d|aws-global|aws-cn-global)$/;
const S3_LABEL = /^s3(?:express-.*|-(?!control|tables|vectors|outposts-control|global).*)?$/;
/** `AKID/20260101/us-east-1/s3/aws4_request`; the asymmetric kind names no region. */
const CREDENTIAL = /^[^/]{1,200}\/\d{8}(?:\/([a-z0-9-]{1,60}))?\/([a-z0-9-]{1,80})\/aws4_request$/;

/** Servers go by the host, and by the scope they verify: what either says counts. */
export function awsScope(
  head: Pick<CallHead, 'host' | 'headers' | 'path'>,
  table: AwsTable,
): AwsScope {
  const signed = signedScopes(head);
  const labels = hostLabels(head.host);
  const endpoints = labels.names.map((_, index) => labels.names.slice(index).join('.'));
  const byHost = endpoints.flatMap((endpoint) => table.byEndpoint.get(endpoint) ?? []);
  const byScope = signed.flatMap(({ service }) => table.bySigning.get(service) ?? []);
  const services = [...new Set([...byHost, ...byScope])];
  const control = labels.names.some((name) => /^s3-control|^s3-outposts-control/.test(name));
  const agree = byHost.length === 0 || byHost.some((service) => byScope.includes(service));
  const hostName = nameOf(labels.names.at(-1) ?? 'aws', byHost);
  const [name = hostName, ...others] = signed.map(({ service }) => {
    const meant = table.bySigning.get(service) ?? [];
    const here = meant.filter((one) => byHost.includes(one));
    return nameOf(service, here.length > 0 ? here : meant);
  });
  // With an access point before it, it is a store; alone it is what manages them.
  const [outposts] = labels.names;
  // Names before the last are somebody's own: of a bucket, an endpoint.
  const store = outposts !== 's3-outposts' && S3_LABEL.test(labels.names.at(-1) ?? '');
  return {
    names: [name, ...others, ...(agree || signed.length === 0 ? [] : [hostName])],
    region: signed[0]?.region ?? labels.region,
    // What stands behind the object store's own host is the object store.
    services: store ? [] : services.filter(({ id }) => id !== 's3'),
    s3: store || (!control && signed.some(({ service }) => /^s3(?:express)?$/.test(service))),
  };
}

function nameOf(signing: string, services: readonly AwsService[]): string {
  if (services.some(({ id }) => id === signing)) return signing;
  const [only, ...others] = services;
  return only && others.length === 0 ? only.id : signing;
}

interface Scope {
  region: string | null;
  service: string;
}

/** Signature version 4 in the header or the query; version 2 is only S3's by now. */
function signedScopes({ headers, path }: Pick<CallHead, 'headers' | 'path'>): Scope[] {
  const credentials = headers.flatMap(([name, value]) =>
    name === 'authorization' && /^\s*AWS4-/i.test(value)
      ? [...value.matchAll(/Credential\s*=\s*([^\s,]{1,400})/gi)].map(([, found]) => found ?? '')
      : [],
  );
  const query = new URLSearchParams(path.includes('?') ? path.slice(path.indexOf('?') + 1) : '');
  for (const [name, value] of query)
    if (name.toLowerCase() === 'x-amz-credential') credentials.push(value);
  const scopes = credentials.flatMap((text): Scope[] => {
    const [, region, service] = CREDENTIAL.exec(decode(text).toLowerCase()) ?? [];
    return service === undefined ? [] : [{ region: region ?? null, service }];
  });
  const old =
    headers.some(([name, value]) => name === 'authorization' && /^\s*AWS [^:]+:/.test(value)) ||
    query.has('AWSAccessKeyId');
  return old ? [...scopes, { region: null, service: 's3' }] : scopes;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `abc.execute-api.us-east-1.amazonaws.com` → `abc`, `execute-api`. */
export function hostLabels(host: string): { names: string[]; region: string | null } {
  const labels = host.replace(SUFFIX, '').split('.');
  const region = labels.find((label) => REGION.test(label)) ?? null;
  const names = labels
    .filter((label) => !REGION.test(label) && label !== 'dualstack' && label !== 'vpce')
    .map((label) => label.replace(/-fips$/, ''));
  return { names, region };
}
