import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for a name by a CA of its own, as a session would have one. */
export function createAuthority(name: string): { ca: string; cert: string; key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'guard-authority-'));
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=Session CA',
    '-days',
    '2',
  );
  openssl(
    'req',
    ...curve,
    '-keyout',
    'key',
    '-out',
    'csr',
    '-subj',
    `/CN=${name}`,
    '-addext',
    `subjectAltName=DNS:${name}`,
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-copy_extensions',
    'copy',
    '-out',
    'crt',
    '-days',
    '2',
  );
  const made = { ca: read('ca.crt'), cert: read('crt'), key: read('key') };
  rmSync(folder, { recursive: true });
  return made;
}
