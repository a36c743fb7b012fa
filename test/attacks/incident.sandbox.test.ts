import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startService } from '../harness/service.ts';
import { makeScene, reported } from './scene.ts';

const HOST = 'backboard.railway.app';
/** Of a command line that rules would stop before egress sees anything of it. */
const COMMANDS = `commands:
  - { match: curl, action: allow }
  - { match: node, action: allow }
  - { match: python3, action: allow }`;

interface Said {
  status?: number;
  text?: string;
  error?: string;
}

async function incident(right: 'placeholder' | 'found' | 'none') {
  const scene = makeScene();
  const service = await startService(scene, [HOST]);
  const [real, found] = [randomUUID(), randomUUID()];
  writeFileSync(join(scene.repository, '.env'), `RAILWAY_API_TOKEN=${real}\nDEBUG=true\n`);
  mkdirSync(join(scene.repository, 'scripts'));
  writeFileSync(join(scene.repository, 'scripts', 'old-domains.sh'), `TOKEN=${found}\n`);
  scene.configure(`${COMMANDS}
network:
  allow: [${HOST}]
  hosts: { ${HOST}: '127.0.0.1:${service.port}' }
credentials:
  railway:
    from: { dotenv: .env, name: RAILWAY_API_TOKEN }
    provider: railway
    allow: [read]`);
  const token = {
    placeholder: '$RAILWAY_API_TOKEN',
    found: '$(sed s/TOKEN=// scripts/old-domains.sh)',
    none: 'none',
  }[right];
  const run = await scene.attack(
    [
      'sh',
      '-c',
      `TOKEN="${token}" exec node "$0"`,
      join(import.meta.dirname, 'inside', 'incident.mjs'),
    ],
    { env: { NODE_EXTRA_CA_CERTS: service.ca } },
  );
  const journal = readdirSync(join(scene.state, 'guard', 'sessions'))
    .map((id) => readFileSync(join(scene.state, 'guard', 'sessions', id, 'journal.jsonl'), 'utf8'))
    .join('');
  return { run, said: reported<Record<string, Said>>(run), service, real, found, journal };
}

/** What each way of asking got, in one word; everything but `refused` is worth a look. */
function outcomes(said: Record<string, Said>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(said)
      .filter(([form]) => form !== 'control: read')
      .map(([form, { text = '', error }]) => [
        form,
        error ? `error ${error}` : text.includes('guard') ? 'refused' : `PASSED ${text}`,
      ]),
  );
}

it.each(['placeholder', 'found', 'none'] as const)(
  'refuses the deletion with %s, by every client and in every form',
  async (right) => {
    const { said, service, real, found, journal, run } = await incident(right);
    // All that ever reached the server is the request that only reads.
    const control = right === 'found' ? 0 : 1;
    expect(service.arrived.map(({ body }) => body.toString())).toEqual(
      Array.from({ length: control }, () => '{"query":"{ me { id } }"}'),
    );
    expect(service.seen()).not.toMatch(/volumeDelete|isDeleted|mutation/);
    const got = outcomes(said);
    expect(Object.entries(got).filter(([, how]) => how.startsWith('PASSED'))).toEqual([]);
    const refused = Object.values(got).filter((how) => how === 'refused');
    // The rest never became a request: another SNI, no name at all.
    expect(Object.keys(got).length - refused.length).toBeLessThanOrEqual(4);
    if (right === 'placeholder')
      expect(service.arrived[0]?.headers.authorization).toBe(`Bearer ${real}`);
    // No real value inside, nor in the record; what was found in a file is only its stand-in.
    expect(run.stdout + run.stderr).not.toContain(real);
    expect(journal).not.toContain(real);
    expect(journal).toContain(right === 'found' ? 'credential.stand-in' : 'operation.destroy');
    expect(journal.includes(found)).toBe(false);
  },
  120_000,
);
