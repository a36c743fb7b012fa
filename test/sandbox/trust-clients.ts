import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface TrustClient {
  name: string;
  /** Null when this machine lacks it. */
  argv: ((url: string) => string[]) | null;
  /** Trusts by the system's files alone, without a variable. */
  byFiles: boolean;
}

export const HOST = 'api.guard-trust.test';

/** Programs that people's tools are made of, each asking for a URL in its own way. */
export function trustClients(folder: string): TrustClient[] {
  const python = (module: string, code: string) => (url: string) => [
    '/usr/bin/python3',
    '-c',
    `import ${module}\n${code}`,
    url,
  ];
  const node = (code: string) => (url: string) => [process.execPath, '-e', code, url];
  const perl = 'HTTP::Tiny->new(verify_SSL => 1)->get($ARGV[0])';
  const go = goProgram(folder);
  const cargo = cargoProject(folder);
  const client = (
    name: string,
    there: boolean,
    argv: (url: string) => string[],
    byFiles = true,
  ): TrustClient => ({ name, argv: there ? argv : null, byFiles });
  const hasPython = (module: string) => runs('/usr/bin/python3', ['-c', `import ${module}`]);
  return [
    client('curl', runs('curl', ['--version']), (url) => ['curl', '-sS', url]),
    client('wget', runs('wget', ['--version']), (url) => ['wget', '-qO-', '--tries=1', url]),
    client('git', runs('git', ['--version']), (url) => ['git', 'ls-remote', url]),
    client('openssl', runs('openssl', ['version']), (url) => [
      ...[
        'sh',
        '-c',
        'printf "GET $2 HTTP/1.0\\r\\n\\r\\n" | openssl s_client -quiet -verify_return_error -connect "$1"',
      ],
      ...['sh', `${HOST}:${portOf(url)}`, new URL(url).pathname],
    ]),
    client('gnutls', runs('gnutls-cli', ['--version']), (url) => [
      ...['sh', '-c', 'printf "GET $3 HTTP/1.0\\r\\n\\r\\n" | gnutls-cli --port "$2" "$1"'],
      ...['sh', HOST, portOf(url), new URL(url).pathname],
    ]),
    client('node-fetch', true, node('fetch(process.argv[1]).then((r) => r.text())'), false),
    client('node-https', true, node('require("https").get(process.argv[1])'), false),
    client(
      'npm',
      runs('npm', ['--version']),
      (url) => [
        'npm',
        'view',
        'nothing',
        '--fetch-retries=0',
        `--globalconfig=${join(folder, 'none')}`,
        '--registry',
        url,
      ],
      false,
    ),
    client(
      'python-urllib',
      hasPython('ssl'),
      python('urllib.request, sys', 'urllib.request.urlopen(sys.argv[1])'),
    ),
    client(
      'python-requests',
      hasPython('requests'),
      python('requests, sys', 'requests.get(sys.argv[1])'),
    ),
    client('python-httpx', hasPython('httpx'), python('httpx, sys', 'httpx.get(sys.argv[1])')),
    client('pip', hasPython('pip'), (url) => [
      ...[
        '/usr/bin/python3',
        '-m',
        'pip',
        'download',
        '--retries=0',
        '--no-deps',
        '--no-cache-dir',
      ],
      ...['--disable-pip-version-check', '--index-url', url, 'nothing'],
    ]),
    client('perl', runs('perl', ['-MIO::Socket::SSL', '-e', '1']), (url) => [
      'perl',
      '-MHTTP::Tiny',
      '-e',
      perl,
      url,
    ]),
    client('go', go !== null, (url) => [go ?? '', url]),
    client('cargo', cargo !== null, (url) => [
      ...['cargo', 'fetch', '--manifest-path', cargo ?? '', '--config'],
      `registries.guard.index="sparse+${url}/"`,
    ]),
  ];
}

function portOf(url: string): string {
  return new URL(url).port || '443';
}

function runs(program: string, args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function goProgram(folder: string): string | null {
  const [source, program] = [join(folder, 'get.go'), join(folder, 'get-by-go')];
  writeFileSync(
    source,
    'package main\nimport ("net/http"; "os")\nfunc main() { if _, err := http.Get(os.Args[1]); err != nil { panic(err) } }\n',
  );
  try {
    const env = { ...process.env, GOCACHE: join(folder, 'go-cache'), GO111MODULE: 'off' };
    execFileSync('go', ['build', '-o', program, source], { stdio: 'ignore', env });
    return program;
  } catch {
    return null;
  }
}

/** A crate that needs another of a registry, which is the URL. */
function cargoProject(folder: string): string | null {
  if (!runs('cargo', ['--version'])) return null;
  const project = join(folder, 'crate');
  mkdirSync(join(project, 'src'), { recursive: true });
  writeFileSync(join(project, 'src/lib.rs'), '');
  const manifest = join(project, 'Cargo.toml');
  writeFileSync(
    manifest,
    '[package]\nname = "crate"\nversion = "0.1.0"\n[dependencies]\nnothing = { version = "1", registry = "guard" }\n',
  );
  return existsSync(manifest) ? manifest : null;
}
