import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Exchange } from './server.ts';

const BACKEND = join(
  execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(),
  'git-http-backend',
);

interface GitHosting {
  /** Folder of bare repositories, `OWNER/NAME.git`. */
  root: string;
  token: string;
  /** Readable by everybody. */
  open: readonly string[];
}

/** Hosts repositories as a code host does: smart HTTP by git itself, behind Basic authentication. */
export function hostGit({ root, token, open }: GitHosting, { request, response, body }: Exchange) {
  const { pathname, search } = new URL(request.url, 'https://host');
  const pushes = /git-receive-pack/.test(request.url);
  const isOpen = !pushes && open.some((name) => pathname.startsWith(`/${name}.git/`));
  const user = isOpen ? '' : userOf(request.headers.authorization, token);
  if (user === null) {
    body.resume();
    response.writeHead(401, { 'www-authenticate': 'Basic realm="code"' });
    return void response.end('who are you?');
  }
  const sent = (name: string): string => String(request.headers[name] ?? '');
  const child = spawn(BACKEND, [], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      // Made by whoever runs the test.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      REMOTE_USER: user,
      REMOTE_ADDR: '127.0.0.1',
      CONTENT_TYPE: sent('content-type'),
      HTTP_CONTENT_ENCODING: sent('content-encoding'),
      GIT_PROTOCOL: sent('git-protocol'),
      ...(request.headers['content-length'] && { CONTENT_LENGTH: sent('content-length') }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  body.pipe(child.stdin);
  let head = Buffer.alloc(0);
  const onHead = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    child.stdout.off('data', onHead);
    const lines = head.toString('latin1', 0, end).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => /^([^:]+): *(.*)$/.exec(line)?.slice(1) ?? ['', '']),
    ) as Record<string, string>;
    const { Status = '200', ...rest } = headers;
    response.writeHead(parseInt(Status, 10), rest);
    response.write(head.subarray(end + 4));
    child.stdout.pipe(response);
  };
  child.stdout.on('data', onHead);
}

/** Null for anybody without the token. */
function userOf(authorization: string | undefined, token: string): string | null {
  const [, encoded = ''] = /^Basic (\S+)$/.exec(authorization ?? '') ?? [];
  const [user = '', password] = Buffer.from(encoded, 'base64').toString().split(':');
  return password === token || user === token ? user : null;
}
