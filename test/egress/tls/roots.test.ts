import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../../src/egress/tls/authority.ts';
import { trusting, upstreamRoots } from '../../../src/egress/tls/roots.ts';

const company = createAuthority().certificate.trim();
const other = createAuthority().certificate.trim();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-roots-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const file = (name: string, text: string) => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('what guard trusts outside', () => {
  it('is the roots of Node where the user has nothing else', () => {
    expect(upstreamRoots({}, [])).toEqual(rootCertificates);
    expect(
      upstreamRoots({ SSL_CERT_FILE: join(folder, 'missing'), SSL_CERT_DIR: folder }, []),
    ).toEqual(rootCertificates);
  });

  it.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])('adds the file of %s', (name) => {
    const roots = upstreamRoots({ [name]: file('a.pem', `${company}\n${other}\n`) }, []);
    expect(roots.slice(rootCertificates.length)).toEqual([company, other]);
  });

  it('adds the bundle of the system, once, whatever the line ends', () => {
    const bundle = file('bundle.crt', company.replaceAll('\n', '\r\n'));
    symlinkSync(bundle, join(folder, 'link.pem'));
    const roots = upstreamRoots({}, [bundle, join(folder, 'link.pem'), join(folder, 'missing')]);
    expect(roots.slice(rootCertificates.length)).toEqual([company]);
  });

  it('adds what OpenSSL would find in SSL_CERT_DIR, by its names', () => {
    mkdirSync(join(folder, 'certs'));
    file('certs/0a775a30.0', company);
    file('certs/company.pem', other);
    const roots = upstreamRoots({ SSL_CERT_DIR: `/missing:${join(folder, 'certs')}` }, []);
    expect(roots.slice(rootCertificates.length)).toEqual([company]);
  });

  it('takes certificates only, and loses none to one that cannot be read', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    const roots = upstreamRoots(
      { SSL_CERT_FILE: file('a.pem', `${key}\n${broken}\n${company}`) },
      [],
    );
    expect(roots.slice(rootCertificates.length)).toEqual([broken, company]);
    expect(() => trusting(roots)).not.toThrow();
  });
});
