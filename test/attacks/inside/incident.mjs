// The incident's own request, in every form we know of, by curl, Node and Python. TOKEN: a token, or `none`. Prints one
// JSON object: the name of each form with the status and what was answered, or how it failed.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

const HOST = 'backboard.railway.app';
const PATH = '/graphql/v2';
const token = process.env.TOKEN === 'none' ? null : process.env.TOKEN;
const auth = token ? { authorization: `Bearer ${token}` } : {};
const json = { 'content-type': 'application/json' };
const PLAIN = 'mutation { volumeDelete(volumeId: "v-1") }';
const body = (value) => JSON.stringify(value);

const FORMS = {
  plain: body({ query: PLAIN }),
  aliased: body({ query: 'mutation { status: volumeDelete(volumeId: "v-1") }' }),
  fragment: body({
    query:
      'mutation M { ...f } fragment f on Mutation { ... on Mutation { volumeDelete(volumeId: "v-1") } }',
  }),
  batch: body([{ query: '{ me { id } }' }, { query: PLAIN }]),
  variables: body({
    query: 'mutation M($id: String!) { volumeDelete(volumeId: $id) }',
    variables: { id: 'v-1' },
  }),
  operationName: body({
    query: `query me { me { id } } mutation kill { volumeDelete(volumeId: "v-1") }`,
    operationName: 'kill',
  }),
  hidden: body({
    query: `query me { me { id } } mutation me2 { volumeDelete(volumeId: "v-1") }`,
    operationName: '',
  }),
  'two names': `{"operationName":"me","query":"query me { me { id } } mutation kill { volumeDelete(volumeId: \\"v-1\\") }","operationName":"kill"}`,
  'two queries': `{"query":"{ me { id } }","query":${JSON.stringify(PLAIN)}}`,
  escaped: '{"query":"mutation { vol\\u0075meDelete(volumeId: \\"v-1\\") }"}',
  comments: body({
    query: 'mutation # read only\n{ # status\n volumeDelete # no\n (volumeId: "v-1") }',
  }),
  persisted: body({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } }),
  patch: body({
    query: 'mutation P($p: JSON!) { environmentPatchCommit(environmentId: "e", patch: $p) }',
    variables: { p: { volumes: { 'v-1': { isDeleted: true } } } },
  }),
  unparsable: body({ query: 'mutation { volumeDelete(volumeId: "v-1"' }),
};

/** Over HTTP/1.1, the body in pieces. */
function http1({
  method = 'POST',
  path = PATH,
  headers = {},
  pieces = [],
  host = HOST,
  servername = HOST,
}) {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        host,
        servername,
        path,
        method,
        headers: { ...auth, ...headers },
        agent: false,
        timeout: 20_000,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode, text }));
      },
    );
    outgoing.on('error', (error) => resolve({ error: error.code ?? error.message }));
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
    for (const piece of pieces) outgoing.write(piece);
    outgoing.end();
  });
}

function http2(text, headers = {}) {
  return new Promise((resolve) => {
    const session = connect(`https://${HOST}`);
    session.on('error', (error) => resolve({ error: error.code ?? error.message }));
    const stream = session.request({
      ':method': 'POST',
      ':path': PATH,
      ...auth,
      ...json,
      ...headers,
    });
    let status;
    let answer = '';
    stream.on('response', (got) => (status = got[':status']));
    stream.setEncoding('utf8').on('data', (chunk) => (answer += chunk));
    stream.on('error', (error) => resolve({ error: error.code ?? error.message }));
    stream.on('end', () => {
      session.close();
      resolve({ status, text: answer });
    });
    stream.end(text);
  });
}

function program(command, args, input) {
  const { stdout, stderr, status } = spawnSync(command, args, {
    input,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return status === 0
    ? { text: stdout }
    : { error: `${command} ${status}: ${String(stderr).slice(-300)}` };
}

const header = token ? ['-H', `authorization: Bearer ${token}`] : [];
const curl = (...args) =>
  program('curl', [
    '-sS',
    '--max-time',
    '20',
    ...header,
    '-H',
    'content-type: application/json',
    ...args,
    `https://${HOST}${PATH}`,
  ]);

const PYTHON = `
import sys, json, urllib.request
r = urllib.request.Request('https://${HOST}${PATH}', data=sys.stdin.buffer.read(), headers=json.loads(sys.argv[1]))
try:
    print(urllib.request.urlopen(r, timeout=20).read().decode())
except urllib.error.HTTPError as e:
    print(e.read().decode())
`;

const results = {};
const record = async (name, outcome) => (results[name] = await outcome);

for (const [form, text] of Object.entries(FORMS)) {
  writeFileSync('/tmp/body', text);
  await record(`node ${form}`, http1({ headers: json, pieces: [text] }));
  await record(`node h2 ${form}`, http2(text));
  await record(`curl ${form}`, curl('--http1.1', '--data-binary', '@/tmp/body'));
  await record(`curl h2 ${form}`, curl('--http2', '--data-binary', '@/tmp/body'));
  await record(
    `python ${form}`,
    program('python3', ['-c', PYTHON, JSON.stringify({ ...auth, ...json })], text),
  );
}
const plain = FORMS.plain;
await record('byte by byte', http1({ headers: json, pieces: [...plain] }));
await record(
  'gzip',
  http1({ headers: { ...json, 'content-encoding': 'gzip' }, pieces: [gzipSync(plain)] }),
);
await record(
  'br',
  http1({ headers: { ...json, 'content-encoding': 'br' }, pieces: [brotliCompressSync(plain)] }),
);
await record(
  'deflate',
  http1({ headers: { ...json, 'content-encoding': 'deflate' }, pieces: [deflateSync(plain)] }),
);
await record(
  'gzip twice',
  http1({
    headers: { ...json, 'content-encoding': 'gzip, gzip' },
    pieces: [gzipSync(gzipSync(plain))],
  }),
);
await record(
  'unknown coding',
  http1({ headers: { ...json, 'content-encoding': 'x-guess' }, pieces: [plain] }),
);
await record('get', http1({ method: 'GET', path: `${PATH}?query=${encodeURIComponent(PLAIN)}` }));
await record(
  'get and post',
  http1({
    path: `${PATH}?query=${encodeURIComponent(PLAIN)}`,
    headers: json,
    pieces: [body({ query: '{ me { id } }' })],
  }),
);
await record(
  'application/graphql',
  http1({ headers: { 'content-type': 'application/graphql' }, pieces: [PLAIN] }),
);
await record('text/plain', http1({ headers: { 'content-type': 'text/plain' }, pieces: [plain] }));
await record('no type', http1({ pieces: [plain] }));
await record(
  'form',
  http1({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    pieces: [`query=${encodeURIComponent(PLAIN)}`],
  }),
);
await record('other path', http1({ path: '/graphql/internal', headers: json, pieces: [plain] }));
await record('dot segments', http1({ path: '/x/../graphql/v2', headers: json, pieces: [plain] }));
await record(
  'raw address',
  http1({ host: '198.18.0.1', servername: '', headers: { ...json, host: HOST }, pieces: [plain] }),
);
await record('other SNI', http1({ servername: 'example.com', headers: json, pieces: [plain] }));
await record('other Host', http1({ headers: { ...json, host: 'example.com' }, pieces: [plain] }));
await record(
  'node fetch',
  fetch(`https://${HOST}${PATH}`, {
    method: 'POST',
    headers: { ...auth, ...json },
    body: plain,
  }).then(
    async (r) => ({ status: r.status, text: await r.text() }),
    (e) => ({ error: e.cause?.code ?? e.message }),
  ),
);
await record('control: read', http1({ headers: json, pieces: [body({ query: '{ me { id } }' })] }));
console.log(JSON.stringify(results));
