import { lstatSync } from 'node:fs';
import { encodePath } from '../byte-path.ts';
import type { ExecRequest, Request } from '../policy/types.ts';
import { heldEnvironment } from './facts/environment.ts';

/**
 * What tells a command from the same words at another time, for a yes that is kept: the file that would run, to its last
 * change, and the variables that say which repository or account is meant. Null where that cannot be told.
 */
export function keepIdentity(request: Request, pid: number | undefined): string | null {
  if (request.kind === 'connect') return `${request.host ?? request.address}:${request.port}`;
  return request.kind === 'exec' && pid !== undefined ? heldIdentity(request, pid) : null;
}

function heldIdentity({ path }: ExecRequest, pid: number): string | null {
  const environment = heldEnvironment(pid);
  if (!environment) return null;
  try {
    const file = lstatSync(encodePath(`/proc/${pid}/root${path}`), { bigint: true });
    const { dev, ino, size, ctimeNs } = file;
    if (!file.isFile()) return null;
    return JSON.stringify([[dev, ino, size, ctimeNs].join(':'), [...environment].sort()]);
  } catch {
    return null;
  }
}
