import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { certificatesIn, SYSTEM_FOLDERS } from '../system-certificates.ts';
import type { MountStep } from './plan.ts';

export interface NamedCertificate {
  /** PEM. */
  certificate: string;
  /** As `openssl x509 -subject_hash` prints it. */
  subjectHash: string;
}

/** As OpenSSL looks certificates up in a folder: X509_LOOKUP_hash_dir(3). */
const HASH_NAME = /^[0-9a-f]{8}\.\d{1,3}$/;
/** OPENSSLDIR's bundle of the distributions: with it, OpenSSL asks the folder only for what the bundle lacks. */
const DEFAULT_BUNDLES = ['/usr/lib/ssl/cert.pem', '/etc/pki/tls/cert.pem', '/etc/ssl/cert.pem'];
const ENTRY_LIMIT = 5000;
const FILE_LIMIT = 1024 * 1024;

/**
 * Stand-ins for folders of hashed certificates, with one more. Only where OpenSSL has no bundle to look at (Debian and
 * Ubuntu of before 2023): several hundred links take 5 ms to make.
 */
export function certificateFolders(
  under: string,
  certificate: NamedCertificate,
  folders: readonly string[] = SYSTEM_FOLDERS,
  defaults: readonly string[] = DEFAULT_BUNDLES,
): MountStep[] {
  if (defaults.some((path) => existsSync(path))) return [];
  const real = folders.filter((path) => existsSync(path)).map((path) => realpathSync(path));
  return [...new Set(real)].flatMap((target, index) =>
    standIn(join(under, String(index)), target, certificate),
  );
}

function standIn(
  source: string,
  target: string,
  { certificate, subjectHash }: NamedCertificate,
): MountStep[] {
  const entries = readdirSync(target, { withFileTypes: true });
  const names = new Set(entries.map(({ name }) => name));
  if (entries.length > ENTRY_LIMIT || ![...names].some((name) => HASH_NAME.test(name))) return [];
  mkdirSync(source, { recursive: true, mode: 0o755 });
  const within: MountStep[] = [];
  for (const entry of entries) {
    const [from, to] = [join(target, entry.name), join(source, entry.name)];
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else if (entry.isFile()) writeFileSync(to, certificatesOf(from));
    else if (entry.isDirectory()) {
      mkdirSync(to);
      within.push({ op: 'ro-bind', source: from, target: from });
    }
  }
  let number = 0;
  while (names.has(`${subjectHash}.${number}`)) number++;
  writeFileSync(join(source, `${subjectHash}.${number}`), certificate);
  return [{ op: 'ro-bind', source, target }, ...within];
}

function certificatesOf(path: string): string {
  try {
    if (statSync(path).size > FILE_LIMIT) return '';
    return certificatesIn(readFileSync(path, 'latin1')).join('\n');
  } catch {
    // Readable for root alone, so no certificate that the session could have used.
    return '';
  }
}
