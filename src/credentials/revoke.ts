import { closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** In the session's folder, which no session can reach; one empty file for each credential that was revoked. */
const FOLDER = 'revoked';

/** Takes a credential from a running session, for good. Idempotent. @throws what mkdir(2) and open(2) report. */
export function revoke(sessionFolderPath: string, name: string): void {
  mkdirSync(join(sessionFolderPath, FOLDER), { mode: 0o700, recursive: true });
  closeSync(openSync(fileOf(sessionFolderPath, name), 'a', 0o600));
}

/** Asked at every use: it takes effect on the next request. What cannot be told counts as revoked. */
export function isRevoked(sessionFolderPath: string, name: string): boolean {
  try {
    return lstatSync(fileOf(sessionFolderPath, name), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/** A name from a profile never leads elsewhere. */
function fileOf(sessionFolderPath: string, name: string): string {
  return join(sessionFolderPath, FOLDER, `-${encodeURIComponent(name)}`);
}
