import { execFile, execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../../src/egress/tls/authority.ts';
import { certificateFolders } from '../../src/sandbox/certificate-folder.ts';
import { tlsServer } from '../egress/tls/tls-server.ts';

const run = promisify(execFile);
const [authority, company] = [createAuthority(), createAuthority()];
let folder: string;
let real: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guard-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  real = join(folder, 'certs');
  mkdirSync(join(real, 'java'), { recursive: true });
  writeFileSync(join(real, 'company.pem'), company.certificate);
  writeFileSync(join(real, 'with-key.pem'), `-----BEGIN PRIVATE KEY-----\n${company.certificate}`);
  execFileSync('openssl', ['rehash', real], { stdio: 'pipe' });
  symlinkSync(real, join(folder, 'link'));
});

const standIn = (defaults: string[] = []) =>
  certificateFolders(join(folder, 'made'), authority, [real, join(folder, 'link')], defaults);

describe('a folder of hashed certificates', () => {
  it('is stood in for by one with the authority of the session, found as OpenSSL finds it', async () => {
    const made = join(folder, 'made/0');
    expect(standIn()).toEqual([
      { op: 'ro-bind', source: made, target: real },
      { op: 'ro-bind', source: join(real, 'java'), target: join(real, 'java') },
    ]);
    expect(readlinkSync(join(made, `${company.subjectHash}.0`))).toMatch(
      /^(company|with-key).pem$/,
    );
    expect(readFileSync(join(made, 'with-key.pem'), 'utf8')).not.toContain('PRIVATE');
    for (const { contextFor } of [authority, company].map((each) => ({
      contextFor: (name: string) => each.contextFor(name),
    }))) {
      const server = await tlsServer(contextFor);
      onTestFinished(() => server.close());
      const client = run('openssl', [
        ...['s_client', '-connect', server.address, '-servername', 'api.test'],
        ...['-verify_return_error', '-no-CAfile', '-no-CAstore', '-CApath', made],
      ]);
      client.child.stdin?.end();
      expect((await client).stdout).toContain('Verify return code: 0 (ok)');
    }
  });

  it('takes the next number where the name is taken', () => {
    writeFileSync(join(real, `${authority.subjectHash}.0`), company.certificate);
    standIn();
    expect(readFileSync(join(folder, `made/0/${authority.subjectHash}.1`), 'utf8')).toBe(
      authority.certificate,
    );
  });

  it('is left alone where OpenSSL has a bundle, and where nothing is hashed', () => {
    expect(standIn([join(real, 'company.pem')])).toEqual([]);
    rmSync(real, { recursive: true });
    mkdirSync(real);
    expect(standIn()).toEqual([]);
  });
});
