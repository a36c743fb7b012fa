import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** An OpenSSH server on a loopback port, for one key, with bare repositories. Only the sides of the host know the key. */
export interface SshServer {
  port: number;
  /** The only one who can log in. */
  user: 'git';
  /** Its private key; `.pub` beside it. */
  key: string;
  /** A line of known_hosts for `name`, reached on `port`: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
  knownHost: (name: string, port?: number) => string;
  /** Makes a bare repository, reached as `git@HOST:NAME`, and returns its path on the host. */
  repository: (name: string) => string;
  /** Connections so far. */
  connections: () => number;
  /** What sshd has logged. */
  log: () => string;
}

const GET = fileURLToPath(new URL('./get-sshd.sh', import.meta.url));

/** Where the OpenSSH server is; null where `bin/setup --tests` has not fetched it. */
export function findSshd(): string | null {
  const found = spawnSync('sh', [GET, '--find'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}

/** Its processes end with `atEnd`, and its files with them. */
export async function startSshd({
  atEnd = onTestFinished,
}: { atEnd?: (undo: () => void) => void } = {}): Promise<SshServer> {
  const sshd = findSshd();
  if (sshd === null) throw new Error('no sshd: run test/harness/get-sshd.sh');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'guard-sshd-')));
  atEnd(() => void execFileSync('rm', ['-rf', folder]));
  const [home, inner] = [join(folder, 'home'), join(folder, 'sshd')];
  for (const each of [home, inner]) mkdirSync(each);
  const key = makeKey(folder, 'id_test');
  const hostKey = makeKey(inner, 'host_key');
  const at = (name: string, text: string): string => {
    writeFileSync(join(inner, name), text);
    return join(inner, name);
  };
  const config = at(
    'sshd_config',
    [
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${at('authorized_keys', readFileSync(`${key}.pub`, 'utf8'))}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  const passwd = at('passwd', `git:x:1000:1000::${home}:/bin/sh\n`);
  const group = at('group', 'git:x:1000:\n');
  // As an ordinary user in a namespace, whoever runs the tests: no privilege separation, and a user of its own.
  const argv = [
    ...['--unshare-user', '--uid', '1000', '--gid', '1000', '--unshare-pid', '--die-with-parent'],
    ...['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--bind', folder, folder],
    ...['--ro-bind', passwd, '/etc/passwd', '--ro-bind', group, '/etc/group'],
    ...['--setenv', 'LD_LIBRARY_PATH', libraries(sshd)],
    ...['--', sshd, '-i', '-e', '-f', config],
  ];
  const children = new Set<ChildProcess>();
  let [log, connections] = ['', 0];
  // inetd's way: one sshd for each connection, and the port is one that is free for sure.
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    connections += 1;
    const child = spawn('bwrap', argv, {
      stdio: [socket, socket, 'pipe'],
      env: { PATH: '/usr/bin:/bin' },
    });
    children.add(child);
    child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.once('close', () => children.delete(child));
    // The child has it now; a second holder would keep it open after the child's end.
    child.once('spawn', () => socket.destroy());
    child.once('error', () => socket.destroy());
  });
  atEnd(() => {
    server.close();
    for (const child of children) child.kill('SIGKILL');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const [type = '', blob = ''] = readFileSync(`${hostKey}.pub`, 'utf8').split(' ');
  return {
    port,
    user: 'git',
    key,
    knownHost: (name, on = port) => `${on === 22 ? name : `[${name}]:${on}`} ${type} ${blob}\n`,
    repository: (name) => {
      const path = join(home, name);
      execFileSync('git', ['init', '-q', '--bare', '-b', 'main', path]);
      return path;
    },
    connections: () => connections,
    log: () => log,
  };
}

/** A key pair without a passphrase; returns the path of the private one. */
export function makeKey(folder: string, name: string): string {
  const path = join(folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path]);
  return path;
}

/** An ssh agent that holds `key`; returns its socket. Ended by its id. */
export async function startAgent(
  key: string,
  atEnd: (undo: () => void) => void = onTestFinished,
): Promise<string> {
  const socket = join(dirname(key), 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  atEnd(() => void agent.kill('SIGKILL'));
  // It says where it listens once it does.
  await new Promise<void>((resolve, reject) => {
    agent.stdout?.once('data', () => resolve());
    agent.once('error', reject);
    agent.once('exit', () => reject(new Error('ssh-agent ended')));
  });
  execFileSync('ssh-add', ['-q', key], { env: { PATH: '/usr/bin:/bin', SSH_AUTH_SOCK: socket } });
  return socket;
}

/** Beside an unpacked server lies the library that the package depends on. */
function libraries(sshd: string): string {
  const lib = join(dirname(sshd), '..', 'lib');
  const folders = spawnSync(
    'find',
    [lib, '-maxdepth', '2', '-name', 'libwrap.so.*', '-printf', '%h\n'],
    {
      encoding: 'utf8',
    },
  );
  return [...new Set(folders.stdout.split('\n'))].filter(Boolean).join(':');
}
