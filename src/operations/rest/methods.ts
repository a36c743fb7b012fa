import type { OperationClass } from '../../policy/types.ts';

/** What a method does where no rule says it: RFC 9110, section 9; RFC 4918 and its kin for WebDAV; what caches call PURGE. */
const CLASSES: Readonly<Record<string, OperationClass>> = {
  GET: 'read',
  HEAD: 'read',
  OPTIONS: 'read',
  QUERY: 'read',
  PROPFIND: 'read',
  REPORT: 'read',
  SEARCH: 'read',
  POST: 'change',
  PUT: 'change',
  PATCH: 'change',
  PROPPATCH: 'change',
  MKCOL: 'change',
  MKCALENDAR: 'change',
  COPY: 'change',
  LOCK: 'change',
  UNLOCK: 'change',
  CHECKOUT: 'change',
  CHECKIN: 'change',
  LABEL: 'change',
  LINK: 'change',
  BIND: 'change',
  MERGE: 'change',
  // What was at the old address, and at the new one, is gone.
  MOVE: 'destroy',
  REBIND: 'destroy',
  UNBIND: 'destroy',
  UNLINK: 'destroy',
  DELETE: 'destroy',
  PURGE: 'destroy',
  ACL: 'access',
};

export function classOfMethod(
  method: string,
  otherwise: Readonly<Record<string, OperationClass>>,
): OperationClass {
  if (Object.hasOwn(otherwise, method)) return otherwise[method] ?? 'unknown';
  return Object.hasOwn(CLASSES, method) ? (CLASSES[method] ?? 'unknown') : 'unknown';
}
