// Requests that are signed inside with keys worth nothing arrive signed with the real ones.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startService, type Arrived } from '../../harness/service.ts';
import { INSIDE, makeWorld } from './world.ts';

const HOSTS = ['dynamodb.us-east-1.amazonaws.com', 'bucket.s3.us-east-1.amazonaws.com'];
type Keys = Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken', string>;

/** Written after "Create a signed AWS API request" of AWS's documentation, by nobody's library. */
function verifies({ headers, host, method, path, body }: Arrived, keys: Keys): boolean {
  const [file = '', query = ''] = path.split('?');
  const pieces = query.split('&').filter(Boolean);
  const value = (name: string): string =>
    decodeURIComponent(
      pieces.find((piece) => piece.startsWith(`${name}=`))?.slice(name.length + 1) ?? '',
    );
  const said = headers.authorization?.toString();
  const part = (name: string): string =>
    said ? (new RegExp(`${name}=([^, ]+)`).exec(said)?.[1] ?? '') : value(`X-Amz-${name}`);
  const [id, date = '', region = '', service = ''] = part('Credential').split('/');
  const signed = part('SignedHeaders').split(';');
  const token = said ? (headers['x-amz-security-token'] ?? '') : value('X-Amz-Security-Token');
  if (id !== keys.accessKeyId || token !== keys.sessionToken) return false;
  const sum = createHash('sha256').update(body).digest('hex');
  const hash = headers['x-amz-content-sha256']?.toString() ?? (said ? sum : 'UNSIGNED-PAYLOAD');
  if (said && hash !== sum) return false;
  const canonical = [
    method,
    file,
    pieces
      .filter((piece) => !piece.startsWith('X-Amz-Signature='))
      .sort()
      .join('&'),
    ...signed.map((name) => `${name}:${name === 'host' ? host : String(headers[name])}`),
    '',
    signed.join(';'),
    hash,
  ].join('\n');
  const when = said ? String(headers['x-amz-date']) : value('X-Amz-Date');
  const scope = [date, region, service, 'aws4_request'];
  const mac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = scope.reduce<string | Buffer>(mac, `AWS4${keys.secretAccessKey}`);
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const text = ['AWS4-HMAC-SHA256', when, scope.join('/'), hashed].join('\n');
  return mac(key, text).toString('hex') === part('Signature');
}

it.each(['a session token', 'none'])('signs again with the real keys, and %s', async (with_) => {
  const world = makeWorld();
  const service = await startService(world, HOSTS, ({ method }, response) => {
    if (method !== 'HEAD') return void response.end('{"ok":true}');
    response.setHeader('content-length', '123456');
    response.end();
  });
  const real: Keys = {
    accessKeyId: `AKIA${randomBytes(16).toString('hex').toUpperCase().slice(0, 16)}`,
    secretAccessKey: randomBytes(30).toString('base64').replace(/=/g, ''),
    sessionToken: with_ === 'none' ? '' : randomBytes(90).toString('base64'),
  };
  world.profile(
    HOSTS,
    service.port,
    `credentials:
  aws:
    from: { env: REAL_ID }
    secret-from: { env: REAL_SECRET }
    ${real.sessionToken && 'session-from: { env: REAL_SESSION }'}
    provider: aws
    allow: [change]`,
  );
  const run = await world.attack([process.execPath, join(INSIDE, 'aws.mjs')], {
    env: {
      NODE_EXTRA_CA_CERTS: service.ca,
      REAL_ID: real.accessKeyId,
      REAL_SECRET: real.secretAccessKey,
      REAL_SESSION: real.sessionToken,
    },
  });
  expect(run.stderr).toBe('');
  const refused = { status: 403, text: expect.stringContaining('guard: refused') as string };
  expect(JSON.parse(run.stdout)).toMatchObject({
    list: { status: 200, text: '{"ok":true}' },
    get: { status: 200 },
    // Tools ask so how large an object is.
    head: { status: 200, length: '123456' },
    query: { status: 200 },
    put: { status: 200 },
    remove: refused,
    'remove object': refused,
    'other keys': { text: expect.stringContaining('credential.foreign') as string },
  });
  const paths = service.arrived.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  expect(paths).toEqual(['POST /', 'GET /a%20b/c', 'HEAD /large', 'GET /presigned', 'PUT /new']);
  for (const arrived of service.arrived)
    expect(verifies(arrived, real), `${arrived.method} ${arrived.path}`).toBe(true);
  expect(run.stdout).not.toContain(real.secretAccessKey);
});
