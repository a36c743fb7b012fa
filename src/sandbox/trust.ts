import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { certificatesIn, SYSTEM_BUNDLES } from '../system-certificates.ts';
import { TRUST_INSIDE } from './build-plan.ts';
import { certificateFolders, type NamedCertificate } from './certificate-folder.ts';
import type { MountStep } from './plan.ts';

/** What makes clients of the session trust its authority with no set-up. */
export interface SessionTrust {
  /** Folder of public certificates, to be seen at {@link TRUST_INSIDE}. */
  source: string;
  /** Laid over the system's own files. */
  mounts: MountStep[];
  env: Record<string, string>;
}

export interface TrustInput extends NamedCertificate {
  /** A folder of the session's that does not exist yet. */
  folder: string;
  /** The session's environment by its profile: files that it names are kept trusted. */
  env: Readonly<Record<string, string>>;
  bundles?: readonly string[];
}

/** Clients that add what the variable names to what they trust. */
const ADDING = ['NODE_EXTRA_CA_CERTS', 'DENO_CERT'];
/**
 * Clients that trust what the variable names instead. Those of languages' own roots (certifi, Mozilla::CA, webpki) need
 * it; the others look at the system's bundle as well, which is covered.
 */
const REPLACING = [
  ...['SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO', 'CARGO_HTTP_CAINFO'],
  ...['REQUESTS_CA_BUNDLE', 'PIP_CERT', 'HTTPLIB2_CA_CERTS', 'AWS_CA_BUNDLE'],
  ...['CLOUDSDK_CORE_CUSTOM_CA_CERTS_FILE', 'GRPC_DEFAULT_SSL_ROOTS_FILE_PATH'],
  ...['BUNDLE_SSL_CA_CERT', 'PERL_LWP_SSL_CA_FILE', 'HEX_CACERTS_PATH'],
  ...['JULIA_SSL_CA_ROOTS_PATH', 'NIX_SSL_CERT_FILE'],
];
const FILE_LIMIT = 8 * 1024 * 1024;

/**
 * Writes the session's authority, alone and together with what the system trusts, and says how to lay it over the system's
 * files. Only certificates are written, whatever else a file holds that the profile names. Java has a store of its own
 * format, and browsers one in home: they are not covered, and refuse what guard opens.
 */
export function prepareTrust(input: TrustInput): SessionTrust {
  const { folder, env, certificate, bundles = SYSTEM_BUNDLES } = input;
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  const write = (name: string, ...texts: string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, texts.map((text) => `${text.trimEnd()}\n`).join(''), 'latin1');
    chmodSync(path, 0o644);
    return path;
  };
  const system = distinct(bundles).flatMap((path) => {
    const text = read(path);
    return text === null ? [] : [{ path, text }];
  });
  const own = (names: readonly string[]): string[] =>
    distinct(names.flatMap((name) => env[name] ?? [])).flatMap((path) =>
      certificatesIn(read(path) ?? ''),
    );

  write('ca.pem', ...own(ADDING), certificate);
  const everywhere = [...own(REPLACING), certificate];
  // Without a bundle of the system, clients trust what came with them; Node's roots are as good.
  const base = system[0]?.text ?? rootCertificates.join('\n');
  write('ca-bundle.pem', base, ...everywhere);
  const covered = system.map(({ path, text }, index): MountStep => {
    const source = write(`system-${index}.pem`, text, certificate);
    return { op: 'ro-bind', source, target: path };
  });
  const inside = (name: string) => (variable: string) => [variable, join(TRUST_INSIDE, name)];
  return {
    source: folder,
    mounts: [...certificateFolders(join(folder, 'folders'), input), ...covered],
    env: Object.fromEntries([
      ...ADDING.map(inside('ca.pem')),
      ...REPLACING.map(inside('ca-bundle.pem')),
    ]) as Record<string, string>,
  };
}

/** The files behind links, each once. */
function distinct(paths: readonly string[]): string[] {
  return [...new Set(paths.filter((path) => existsSync(path)).map((path) => realpathSync(path)))];
}

function read(path: string): string | null {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= FILE_LIMIT ? readFileSync(path, 'latin1') : null;
  } catch {
    return null;
  }
}
