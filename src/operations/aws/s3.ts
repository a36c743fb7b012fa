import type { CallView } from '../rest/view.ts';

export interface S3Call {
  operation: string;
  /** `bucket/key`. */
  target: string | null;
}

/** Subresources of a bucket, by how operations call them. */
const BUCKET: Readonly<Record<string, string>> = {
  accelerate: 'BucketAccelerateConfiguration',
  acl: 'BucketAcl',
  abac: 'BucketAbac',
  analytics: 'BucketAnalyticsConfiguration',
  cors: 'BucketCors',
  encryption: 'BucketEncryption',
  'intelligent-tiering': 'BucketIntelligentTieringConfiguration',
  inventory: 'BucketInventoryConfiguration',
  lifecycle: 'BucketLifecycle',
  logging: 'BucketLogging',
  metadataconfiguration: 'BucketMetadataConfiguration',
  metadatatable: 'BucketMetadataTableConfiguration',
  metrics: 'BucketMetricsConfiguration',
  notification: 'BucketNotification',
  'object-lock': 'ObjectLockConfiguration',
  ownershipcontrols: 'BucketOwnershipControls',
  policy: 'BucketPolicy',
  publicaccessblock: 'PublicAccessBlock',
  replication: 'BucketReplication',
  requestpayment: 'BucketRequestPayment',
  tagging: 'BucketTagging',
  versioning: 'BucketVersioning',
  website: 'BucketWebsite',
};
const OBJECT: Readonly<Record<string, string>> = {
  acl: 'ObjectAcl',
  annotation: 'ObjectAnnotation',
  'legal-hold': 'ObjectLegalHold',
  retention: 'ObjectRetention',
  tagging: 'ObjectTagging',
  encryption: 'ObjectEncryption',
};
const VERBS: Readonly<Record<string, string>> = { PUT: 'Put', DELETE: 'Delete', POST: 'Put' };

/** Names what a request to S3, or what speaks like it, asks for, in every way to read it. */
export function readS3(view: CallView, style: 'path' | 'host', bucketOfHost: string): S3Call[] {
  return view.methods.flatMap((method) =>
    view.paths.readings.flatMap((segments) => {
      const [first = '', ...rest] = segments;
      const bucket = style === 'host' ? bucketOfHost : first;
      const key = (style === 'host' ? segments : rest).join('/');
      const target = [bucket, key].filter(Boolean).join('/') || null;
      return namesOf(method, bucket, key, view).map((operation) => ({ operation, target }));
    }),
  );
}

function namesOf(method: string, bucket: string, key: string, view: CallView): string[] {
  const asked = [...view.query.values.keys()].map((name) => name.toLowerCase());
  if (method === 'GET' || method === 'HEAD') return [readName(method, bucket, key, asked)];
  const verb = VERBS[method];
  if (verb === undefined) return method === 'OPTIONS' ? ['GetCors'] : [`${method}Object`];
  const known = key === '' ? BUCKET : OBJECT;
  const found = asked.flatMap((name) =>
    Object.hasOwn(known, name) ? [`${verb}${known[name]}`] : [],
  );
  if (method === 'POST' && asked.includes('delete')) found.push('DeleteObjects');
  if (found.length) return found;
  return [method === 'DELETE' ? deleteName(key, view) : writeName(method, key, asked, view)];
}

function readName(method: string, bucket: string, key: string, asked: readonly string[]): string {
  if (bucket === '') return 'ListBuckets';
  const known = key === '' ? BUCKET : OBJECT;
  const subresource = asked.find((name) => Object.hasOwn(known, name));
  if (subresource !== undefined) return `Get${known[subresource]}`;
  if (method === 'HEAD') return key === '' ? 'HeadBucket' : 'HeadObject';
  return key === '' ? 'ListObjects' : 'GetObject';
}

function deleteName(key: string, { query }: CallView): string {
  if (key === '') return 'DeleteBucket';
  const upload = query.values.get('uploadId') ?? [];
  return upload.length > 0 && upload.every(Boolean) ? 'AbortMultipartUpload' : 'DeleteObject';
}

function writeName(
  method: string,
  key: string,
  asked: readonly string[],
  { call }: CallView,
): string {
  if (method === 'PUT') {
    if (key === '') return 'CreateBucket';
    const copies = call.headers.some(([name]) => name === 'x-amz-copy-source');
    if (asked.includes('partnumber')) return copies ? 'UploadPartCopy' : 'UploadPart';
    if (call.headers.some(([name]) => name === 'x-amz-rename-source')) return 'RenameObject';
    return copies ? 'CopyObject' : 'PutObject';
  }
  if (asked.includes('uploads')) return 'CreateMultipartUpload';
  if (asked.includes('uploadid')) return 'CompleteMultipartUpload';
  if (asked.includes('restore')) return 'RestoreObject';
  if (asked.includes('select')) return 'SelectObjectContent';
  return 'PostObject';
}

/** Is the body of such a request a setting, and not somebody's data? */
export function isS3Setting(method: string, asked: Iterable<string>): boolean {
  if (method !== 'PUT' && method !== 'POST') return false;
  return [...asked].some((name) => {
    const lower = name.toLowerCase();
    return Object.hasOwn(BUCKET, lower) || Object.hasOwn(OBJECT, lower) || lower === 'delete';
  });
}
