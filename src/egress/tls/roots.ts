import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { certificatesIn, SYSTEM_BUNDLES } from '../../system-certificates.ts';

/** Files longer than this are no bundles; the largest of any distribution has under 1 MiB. */
const FILE_LIMIT = 8 * 1024 * 1024;
const FOLDER_LIMIT = 2000;
/** As `openssl rehash` names them, and as OpenSSL looks them up: X509_LOOKUP_hash_dir(3). */
const HASH_NAME = /^[0-9a-f]{8}\.\d{1,3}$/;

type Environment = Readonly<Record<string, string | undefined>>;

let shared: SecureContext | undefined;

/** What guard trusts outside, read once. */
export function upstreamContext(): SecureContext {
  return (shared ??= trusting(upstreamRoots(process.env)));
}

/**
 * Node's own roots and what the user's machine adds to them. A union: a company that opens TLS itself puts its authority
 * in the system's store, or names a file in one of these variables, and programs outside a session reach its network by
 * that. Those same programs trust the public roots as well, so no host is reached here that they would refuse.
 */
export function upstreamRoots(env: Environment, bundles = SYSTEM_BUNDLES): string[] {
  const named = [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE].filter((path) => path !== undefined);
  const folders = (env.SSL_CERT_DIR ?? '').split(':').filter((path) => path.startsWith('/'));
  const files = [...named, ...bundles, ...folders.flatMap(hashedFiles)];
  const roots = new Set(rootCertificates);
  for (const path of new Set(files.flatMap(realFile)))
    for (const certificate of certificatesOf(path)) roots.add(certificate);
  return [...roots];
}

/** TLS 1.2 at least, whatever NODE_OPTIONS says. */
export function trusting(roots: string[]): SecureContext {
  const options = { minVersion: 'TLSv1.2' } as const;
  try {
    return createSecureContext({ ...options, ca: roots });
  } catch {
    // One that cannot be read must not take the others along.
    return createSecureContext({ ...options, ca: roots.filter(isReadable) });
  }
}

function hashedFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => HASH_NAME.test(name))
      .slice(0, FOLDER_LIMIT)
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Several of the usual paths are links to one file. */
function realFile(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}

/** A file that cannot be read adds no trust; a host that needed it is then refused with the certificate's own fault. */
function certificatesOf(path: string): string[] {
  try {
    const stats = statSync(path);
    if (!stats.isFile() || stats.size > FILE_LIMIT) return [];
    return certificatesIn(readFileSync(path, 'latin1'));
  } catch {
    return [];
  }
}

function isReadable(certificate: string): boolean {
  try {
    return Boolean(new X509Certificate(certificate));
  } catch {
    return false;
  }
}
