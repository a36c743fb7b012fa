import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What the server asks of those who come: `scram` and `md5` are users of these names, `open` is trusted. */
export const PASSWORDS = {
  scram: 'real-scram-Pa55',
  md5: 'real-md5-Pa55',
  plain: 'real-plain-Pa55',
};

export interface TestServer {
  port: number;
  /** PEM of the CA that signed its certificate, which is for `db.test`. */
  ca: string;
  /** Everything it logged: with log_statement=all, every statement it got. */
  log(): string;
  /** Runs SQL as its superuser, past guard. */
  sql(text: string): string;
  stop(): void;
}

/** Debian keeps all but the clients off PATH. */
export function binaries(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian))
    folders.push(
      ...readdirSync(debian)
        .sort()
        .reverse()
        .map((version) => join(debian, version, 'bin')),
    );
  return (
    folders.find((folder) =>
      ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(folder, name))),
    ) ?? null
  );
}

/** A PostgreSQL server of the test's own, on a free port of loopback. PostgreSQL refuses to run as root. */
export async function startPostgres(): Promise<TestServer> {
  const bin = binaries();
  if (!bin) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  const root = mkdtempSync(join(tmpdir(), 'guard-postgres-'));
  const user = process.getuid?.() === 0 ? unprivileged() : null;
  const as = user ? { uid: user.uid, gid: user.gid } : {};
  if (user) chownSync(root, user.uid, user.gid);
  chmodSync(root, 0o700);
  const data = join(root, 'data');
  const run = (program: string, args: string[]) =>
    execFileSync(join(bin, program), args, {
      ...as,
      encoding: 'utf8',
      cwd: root,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  run('initdb', [
    '-D',
    data,
    '-U',
    'owner',
    '--auth=trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]);
  const ca = makeCertificates(data, as);
  const port = await freePort();
  const put = (name: string, text: string) => {
    const file = join(data, name);
    writeFileSync(file, text);
    if (user) chownSync(file, user.uid, user.gid);
    chmodSync(file, 0o600);
  };
  put('postgresql.auto.conf', settings(port, root));
  put(
    'pg_hba.conf',
    `local all owner trust
host all owner 127.0.0.1/32 trust
host all scram 127.0.0.1/32 scram-sha-256
host all md5 127.0.0.1/32 md5
host all plain 127.0.0.1/32 password
`,
  );
  const log = join(root, 'log');
  writeFileSync(log, '');
  const server = spawn(join(bin, 'postgres'), ['-D', data], {
    ...as,
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  server.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  server.stdout?.resume();
  await accepting(server, port, () => said);
  const sql = (text: string) =>
    run('psql', [
      '-X',
      '-q',
      '-At',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      root,
      '-p',
      String(port),
      '-U',
      'owner',
      'postgres',
      '-c',
      text,
    ]);
  sql(
    `set password_encryption = 'scram-sha-256'; create role scram login password '${PASSWORDS.scram}'`,
  );
  sql(`set password_encryption = 'md5'; create role md5 login password '${PASSWORDS.md5}'`);
  sql(`create role plain login password '${PASSWORDS.plain}'`);
  sql('grant all on schema public to public');
  return {
    port,
    ca,
    log: () => said,
    sql,
    stop() {
      server.kill('SIGQUIT');
      execFileSync('rm', ['-rf', root]);
    },
  };
}

function settings(port: number, sockets: string): string {
  return `port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = '${sockets}'
fsync = off
ssl = on
ssl_cert_file = 'server.crt'
ssl_key_file = 'server.key'
log_statement = 'all'
log_min_messages = warning
log_connections = on
max_connections = 40
shared_buffers = '16MB'
`;
}

function unprivileged(): { uid: number; gid: number } {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid = '', gid = ''] = line.split(':');
    if (['postgres', 'dev', 'nobody'].includes(name)) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('no ordinary user to run PostgreSQL as');
}

/** A CA and a certificate for `db.test`, by openssl. */
function makeCertificates(data: string, as: { uid?: number; gid?: number }): string {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { ...as, cwd: data, stdio: 'pipe' });
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
    '/CN=Test CA',
    '-days',
    '2',
  );
  openssl(
    'req',
    ...curve,
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
    '-subj',
    '/CN=db.test',
    '-addext',
    'subjectAltName=DNS:db.test',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-copy_extensions',
    'copy',
    '-out',
    'server.crt',
    '-days',
    '2',
  );
  execFileSync('chmod', ['600', join(data, 'server.key')]);
  return readFileSync(join(data, 'ca.crt'), 'utf8');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when it takes connections; rejects when it ends first. */
async function accepting(server: ChildProcess, port: number, said: () => string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended: ${said()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open && said().includes('ready to accept connections')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
