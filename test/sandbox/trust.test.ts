import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../src/egress/tls/authority.ts';
import { TRUST_INSIDE } from '../../src/sandbox/build-plan.ts';
import { prepareTrust } from '../../src/sandbox/trust.ts';
import { certificatesIn } from '../../src/system-certificates.ts';

const authority = createAuthority();
const own = authority.certificate.trim();
const [system = '', other = '', third = ''] = rootCertificates;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-trust-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const prepare = (env: Record<string, string>, bundles: string[]) => {
  const { certificate, subjectHash } = authority;
  return prepareTrust({ folder: join(folder, 'trust'), env, certificate, subjectHash, bundles });
};

const written = (name: string) => readFileSync(join(folder, 'trust', name), 'latin1');

describe('what the session trusts', () => {
  it('is the bundle of the system and its own authority, over each real file once', () => {
    const bundle = file('ca-certificates.crt', `# Gesellschaft für X\n${system}`);
    symlinkSync(bundle, join(folder, 'link.pem'));
    const second = file('second.pem', other);
    const trust = prepare({}, [join(folder, 'link.pem'), bundle, second, join(folder, 'missing')]);
    const [first, last] = ['system-0.pem', 'system-1.pem'].map((name) =>
      join(folder, 'trust', name),
    );
    expect(trust.mounts).toEqual([
      { op: 'ro-bind', source: first, target: bundle },
      { op: 'ro-bind', source: last, target: second },
    ]);
    expect(written('ca-bundle.pem')).toBe(readFileSync(bundle, 'latin1') + '\n' + own + '\n');
    expect(certificatesIn(written('system-1.pem'))).toEqual([other, own]);
    expect(certificatesIn(written('ca.pem'))).toEqual([own]);
  });

  it('keeps what the profile names trusted, and copies nothing else out of those files', () => {
    const secret = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    const env = {
      NODE_EXTRA_CA_CERTS: file('extra.pem', `${secret}\n${other}`),
      CURL_CA_BUNDLE: file('curl.pem', `password=hunter2\n${third}\n`),
      REQUESTS_CA_BUNDLE: join(folder, 'curl.pem'),
      PIP_CERT: join(folder, 'missing.pem'),
      AWS_CA_BUNDLE: folder,
    };
    const trust = prepare(env, [file('system.pem', system)]);
    expect(certificatesIn(written('ca.pem'))).toEqual([other, own]);
    expect(certificatesIn(written('ca-bundle.pem'))).toEqual([system, third, own]);
    expect(trust.env).toMatchObject({
      NODE_EXTRA_CA_CERTS: `${TRUST_INSIDE}/ca.pem`,
      CURL_CA_BUNDLE: `${TRUST_INSIDE}/ca-bundle.pem`,
      SSL_CERT_FILE: `${TRUST_INSIDE}/ca-bundle.pem`,
    });
    for (const name of readdirSync(join(folder, 'trust')))
      expect(written(name)).not.toMatch(/PRIVATE|hunter2/);
  });

  it('is the roots of Node where the system has no bundle', () => {
    expect(prepare({}, []).mounts).toEqual([]);
    expect(certificatesIn(written('ca-bundle.pem'))).toEqual([...rootCertificates, own]);
  });

  it('can be read by whoever the session runs as, whatever the umask', () => {
    const umask = process.umask(0o077);
    onTestFinished(() => void process.umask(umask));
    mkdirSync(join(folder, 'x'));
    prepare({}, [file('system.pem', system)]);
    for (const name of ['ca.pem', 'ca-bundle.pem', 'system-0.pem'])
      expect(statSync(join(folder, 'trust', name)).mode & 0o777).toBe(0o644);
    expect(statSync(join(folder, 'trust')).mode & 0o777).toBe(0o755);
  });
});
