import { compileMethods } from '../providers/method-rules.ts';
import type { MethodRule } from '../providers/data.ts';

const rule = (given: Partial<MethodRule> & Pick<MethodRule, 'class' | 'methods'>): MethodRule => ({
  name: null,
  because: null,
  when: [],
  target: [],
  ...given,
});

/** What of S3's operations is more than its name says: at AWS, and at those who speak as it does. */
export const S3_RULES = compileMethods([
  rule({
    class: 'access',
    methods: [
      's3:PutBucketPolicy',
      's3:PutBucketAcl',
      's3:PutObjectAcl',
      's3:PutPublicAccessBlock',
      's3:PutBucketOwnershipControls',
      's3:PutBucketCors',
      's3:PutBucketAbac',
    ],
    because: 'it says who may read and write',
  }),
  rule({
    class: 'access',
    methods: ['s3:DeletePublicAccessBlock', 's3:PutBucketWebsite'],
    because: 'it can make objects public',
  }),
  rule({
    class: 'access',
    methods: ['s3:Put*', 's3:Create*', 's3:Copy*', 's3:PostObject'],
    when: [
      ...['x-amz-grant-read', 'x-amz-grant-write', 'x-amz-grant-full-control'].map((path) => ({
        in: 'header' as const,
        path,
        test: { kind: 'present' as const, present: true },
      })),
      ...['x-amz-grant-read-acp', 'x-amz-grant-write-acp'].map((path) => ({
        in: 'header' as const,
        path,
        test: { kind: 'present' as const, present: true },
      })),
      // An address that is signed beforehand has it in its query.
      ...(['header', 'query'] as const).map((place) => ({
        in: place,
        path: 'x-amz-acl',
        test: {
          kind: 'like' as const,
          patterns: ['public*', 'authenticated*', 'aws-exec*', 'log-*'],
        },
      })),
    ],
  }),
  rule({
    class: 'destroy',
    methods: ['s3:PutBucketLifecycle'],
    because: 'objects expire by it',
  }),
  rule({
    class: 'destroy',
    methods: ['s3:PutBucketVersioning'],
    // An entity could spell it another way.
    when: [{ in: 'body', path: '', test: { kind: 'like', patterns: ['*Suspended*', '*&*'] } }],
    because: 'what is overwritten from then on is lost',
  }),
  rule({
    class: 'destroy',
    methods: [
      's3:PutBucketReplication',
      's3:PutObjectRetention',
      's3:PutObjectLegalHold',
      's3:PutObjectLockConfiguration',
    ],
    because: 'copies or the time they are kept can end by it',
  }),
  rule({
    class: 'destroy',
    methods: ['s3:RenameObject'],
    because: 'what had the name is replaced',
  }),
]);
