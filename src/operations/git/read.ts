import { readQuery } from '../body/form.ts';
import { readArguments } from '../body/read.ts';
import type { BodyNeed, CallHead, HttpCall } from '../types.ts';
import { hasUpdates, readPush } from './push.ts';
import type { GitRequest, GitService } from './types.ts';

/** Some ten thousand updates. */
const UPDATES_LIMIT = 1024 * 1024;
const LFS_LIMIT = 4 * 1024 * 1024;

type What = GitRequest extends infer Request
  ? Request extends GitRequest
    ? Omit<Request, 'repository' | 'doubtful'>
    : never
  : never;
type LfsAsks = Extract<GitRequest, { kind: 'lfs' }>['asks'];

/** What stands after a repository's path (gitprotocol-http(5), the LFS API), longest first. */
const SERVICES: readonly {
  methods: readonly string[];
  path: RegExp;
  kind: 'refs' | 'fetch' | 'push' | 'file' | 'batch' | LfsAsks;
}[] = [
  { methods: ['POST'], path: /\/info\/lfs\/objects\/batch$/, kind: 'batch' },
  { methods: ['POST'], path: /\/info\/lfs\/locks\/verify$/, kind: 'locks' },
  { methods: ['POST'], path: /\/info\/lfs\/locks\/[^/]+\/unlock$/, kind: 'unlock' },
  { methods: ['POST'], path: /\/info\/lfs\/locks$/, kind: 'lock' },
  { methods: ['GET', 'HEAD'], path: /\/info\/lfs\/locks$/, kind: 'locks' },
  { methods: ['POST'], path: /\/info\/lfs\/(?:objects\/)?verify$/, kind: 'verify' },
  { methods: ['POST'], path: /\/info\/lfs\/.+$/, kind: 'unknown' },
  { methods: ['GET', 'HEAD'], path: /\/info\/refs$/, kind: 'refs' },
  { methods: ['POST'], path: /\/git-upload-pack$/, kind: 'fetch' },
  { methods: ['POST'], path: /\/git-receive-pack$/, kind: 'push' },
  {
    methods: ['GET', 'HEAD'],
    path: /\/(?:HEAD|objects\/(?:info\/[\w-]+|[0-9a-f]{2}\/[0-9a-f]{38,62}|pack\/pack-[0-9a-f]{40,64}\.(?:pack|idx)))$/,
    kind: 'file',
  },
];

/** Null for what is not git's. */
export function readGit(call: HttpCall): GitRequest | null {
  const found = find(call);
  if (!found) return null;
  const { kind, repository, unusual } = found;
  const what = whatOf(kind, call);
  const doubtful = unusual ?? what.doubtful;
  return { ...what.asks, repository, doubtful };
}

/** What of its body has to be read; null for what is not git's. */
export function gitBodyNeeded(head: Pick<CallHead, 'method' | 'path'>): BodyNeed | null {
  const found = find(head);
  if (!found) return null;
  if (found.kind === 'push') return { kind: 'until', limit: UPDATES_LIMIT, enough: hasUpdates };
  if (found.kind === 'batch') return { kind: 'whole', limit: LFS_LIMIT };
  return { kind: 'none' };
}

interface Found {
  kind: (typeof SERVICES)[number]['kind'];
  repository: string;
  unusual: string | null;
}

function find({ method, path }: Pick<CallHead, 'method' | 'path'>): Found | null {
  const [raw = ''] = path.split('?', 1);
  const plain = normal(raw);
  for (const { methods, path: ending, kind } of SERVICES) {
    const match = ending.exec(plain);
    if (!match || !methods.includes(method.toUpperCase())) continue;
    const repository = plain
      .slice(0, match.index)
      .replace(/^\//, '')
      .replace(/\.git$/, '');
    return { kind, repository, unusual: unusual(raw, match[0], repository) };
  }
  return null;
}

/** As a lenient server may see it. */
function normal(raw: string): string {
  let text = raw;
  try {
    text = decodeURIComponent(raw);
  } catch {
    // Then it stays as it is, and is found to be unusual.
  }
  return text.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
}

function unusual(raw: string, ending: string, repository: string): string | null {
  const plain =
    raw.endsWith(ending) &&
    !raw.includes('//') &&
    repository !== '' &&
    !/[\u0000-\u001f\u007f%]|(?:^|\/)\.{1,2}(?:\/|$)/.test(repository);
  return plain ? null : 'the path of the repository is spelled unusually';
}

function whatOf(kind: Found['kind'], call: HttpCall): { asks: What; doubtful: string | null } {
  switch (kind) {
    case 'refs':
      return refs(call.path);
    case 'push':
      return pushOf(call);
    case 'batch':
      return batch(call);
    case 'fetch':
    case 'file':
      return { asks: { kind }, doubtful: null };
    case 'download':
    case 'upload':
    case 'verify':
    case 'locks':
    case 'lock':
    case 'unlock':
    case 'unknown':
      return { asks: { kind: 'lfs', asks: kind }, doubtful: null };
  }
}

/** Without a service it is the dumb protocol's list of refs. */
function refs(path: string): { asks: What; doubtful: string | null } {
  const services = readQuery(path).values.get('service') ?? [];
  const [service] = services;
  if (service === undefined) return { asks: { kind: 'file' }, doubtful: null };
  const known = service === 'git-upload-pack' || service === 'git-receive-pack';
  const doubtful =
    known && services.length === 1 ? null : 'it asks for a service that guard does not know';
  const asked: GitService = service === 'git-upload-pack' ? service : 'git-receive-pack';
  return { asks: { kind: 'refs', service: asked }, doubtful };
}

function pushOf({ body }: HttpCall): { asks: What; doubtful: string | null } {
  const push = readPush(body.bytes);
  const unread = body.state === 'too-large' || body.state === 'undecodable';
  const doubtful = unread ? 'its list of updates could not be read' : push.doubtful;
  return { asks: { kind: 'push', push: { ...push, doubtful } }, doubtful };
}

function batch(call: HttpCall): { asks: What; doubtful: string | null } {
  const { value, doubtful } = readArguments(call.headers, call.body.bytes);
  const operation =
    typeof value === 'object' && value !== null && 'operation' in value ? value.operation : null;
  const asks = operation === 'download' || operation === 'upload' ? operation : 'unknown';
  const read = call.body.state === 'whole' ? doubtful : 'its body could not be read';
  return { asks: { kind: 'lfs', asks }, doubtful: read };
}
