import { mediaType } from '../body/media-type.ts';
import { viewHead } from '../rest/view.ts';
import type { BodyNeed, CallHead } from '../types.ts';
import { isS3Setting } from './s3.ts';
import { awsScope } from './scope.ts';
import type { CompiledAws } from './read-aws.ts';

/** Settings are small; of a list of keys the first ones are enough to show. */
const SETTING_LIMIT = 1024 * 1024;
/** Larger than any request with an operation in its body. */
const BODY_LIMIT = 4 * 1024 * 1024;

export function awsBodyNeeded(aws: CompiledAws, head: CallHead): BodyNeed {
  const scope = awsScope(head, aws.table);
  if (scope.s3 && scope.services.length === 0) return s3BodyNeeded(head);
  const { methods } = viewHead(head);
  if (methods.every((method) => ['GET', 'HEAD', 'OPTIONS'].includes(method)))
    return { kind: 'none' };
  const { type } = mediaType(head.headers);
  // An upload: no service that goes by a name in its body is sent one, and none whose settings are looked into.
  const upload = type === 'application/octet-stream' || /^(?:image|audio|video)\//.test(type);
  const plain = scope.services.every(({ id, rest }) => rest && !aws.looksInto.has(id));
  return upload && plain ? { kind: 'none' } : { kind: 'whole', limit: BODY_LIMIT };
}

export function s3BodyNeeded(head: CallHead): BodyNeed {
  const { methods, query } = viewHead(head);
  const setting = methods.some((method) => isS3Setting(method, query.values.keys()));
  return setting ? { kind: 'whole', limit: SETTING_LIMIT } : { kind: 'none' };
}
