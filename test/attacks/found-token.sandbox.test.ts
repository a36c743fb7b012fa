import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startService } from '../harness/service.ts';
import { makeScene, sh, type Scene } from './scene.ts';

const HOST = 'backboard.railway.app';
const SCRIPT = 'scripts/old-domains.sh';
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** A repository in which a token stands where nobody looks for one. */
function withToken(): { scene: Scene; token: string; write: (path: string) => void } {
  const scene = makeScene();
  const token = randomUUID();
  mkdirSync(join(scene.repository, 'scripts'));
  const write = (path: string): void =>
    writeFileSync(
      join(scene.repository, path),
      `#!/bin/sh\n# Moved the shop to its new domains.\nexport RAILWAY_API_TOKEN=${token}\nexec railway domain "$1"\n`,
      { mode: 0o755 },
    );
  write(SCRIPT);
  return { scene, token, write };
}

const READS: Record<string, string> = {
  cat: `cat ${SCRIPT}`,
  'a search': 'grep -rn RAILWAY .',
  'a search through compressed copies': `gzip -c ${SCRIPT} >$D/x.gz; zcat $D/x.gz; tar cf - scripts | tar xOf -`,
  Python: `python3 -c 'print(open("${SCRIPT}").read())'`,
  Node: `node -e 'console.log(require("fs").readFileSync("${SCRIPT}", "utf8"))'`,
  'running it': `PATH=$D/bin:$PATH; mkdir $D/bin; printf '#!/bin/sh\\necho "got $RAILWAY_API_TOKEN"\\n' >$D/bin/railway; chmod +x $D/bin/railway; sh ${SCRIPT} x`,
  'a copy and a link': `cp ${SCRIPT} $D/c; ln ${SCRIPT} scripts/other; ln -s old-domains.sh scripts/link; cat $D/c scripts/other scripts/link`,
  'a folder by another name': 'mv scripts away; cat away/*; mv away scripts',
  'other processes': `cat /proc/*/root$PWD/${SCRIPT} /proc/*/cwd/${SCRIPT}`,
  'taking the cover off': `cp ${SCRIPT} $D/kept; umount ${SCRIPT}; rm -f ${SCRIPT}; cat ${SCRIPT} $D/kept`,
  'reading in pieces': `dd if=${SCRIPT} bs=7 status=none; od -An -c ${SCRIPT} | tr -d ' \\n'`,
  git: `git add -f ${SCRIPT}; git diff --cached; git show :${SCRIPT}; git hash-object -w ${SCRIPT} | git cat-file --batch; git reset -q`,
};

it.each(Object.entries(READS))('gives a placeholder to %s', async (_, script) => {
  const { scene, token } = withToken();
  const words = sh(`D=$(mktemp -d); ${script}; rm -r "$D"`);
  const inside = await scene.attack(words);
  expect(inside.stdout + inside.stderr).not.toContain(token);
  const outside = await scene.unguarded(words);
  expect(outside.stdout).toContain(token);
});

it('has the token nowhere that a session can look', async () => {
  const { scene, token } = withToken();
  const everywhere =
    'grep -rIahoE "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}" "$PWD" /tmp /run /home /root /etc /var 2>/dev/null; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n"; true';
  const inside = await scene.attack(sh(everywhere), { env: { RAILWAY_API_TOKEN: token } });
  expect(inside.stdout.match(UUID)).not.toBeNull();
  expect(inside.stdout).not.toContain(token);
});

it('leaves a committed script unmodified to git, and says that its history tells the token', async () => {
  const { scene, token, write } = withToken();
  write('scripts/kept.sh');
  scene.git('add', 'scripts/kept.sh');
  scene.git('commit', '-qm', 'A script');
  const run = await scene.attack(
    sh(
      'cat scripts/kept.sh; git status --porcelain scripts/kept.sh; git diff; git diff --exit-code && echo clean',
    ),
  );
  expect(run.stdout).not.toContain(token);
  expect(run.stdout).toMatch(/exec railway domain "\$1"\nclean\n$/);
  expect(readFileSync(join(scene.repository, 'scripts/kept.sh'), 'utf8')).toContain(token);
  const commit = scene.git('rev-parse', '--short=7', 'HEAD').trim();
  // The history is looked through beside the session.
  const { stderr } = await scene.start(sh('sleep 8'));
  expect(stderr).toMatch(/scripts\/kept\.sh/);
  expect(stderr).toContain(commit);
  expect(stderr).not.toContain(token);
});

it('lets the placeholder do at the service what the grant says, and no more', async () => {
  const { scene, token } = withToken();
  const service = await startService(scene, [HOST]);
  scene.configure(`commands:
  - { match: curl, action: allow }
network:
  allow: [${HOST}]
  hosts: { ${HOST}: '127.0.0.1:${service.port}' }
credentials:
  railway:
    from: { env: RAILWAY_API_TOKEN }
    provider: railway
    allow: [read]`);
  const ask = (query: string): string =>
    `curl -sS -H "Authorization: Bearer $t" -H 'Content-Type: application/json' -d '${JSON.stringify({ query })}' https://${HOST}/graphql/v2; echo`;
  const run = await scene.attack(
    sh(
      `t=$(sed -n 's/.*TOKEN=//p' ${SCRIPT}); ${ask('{ me { id } }')}; ${ask('mutation { volumeDelete(volumeId: "v") }')}`,
    ),
    { env: { RAILWAY_API_TOKEN: token, NODE_EXTRA_CA_CERTS: service.ca } },
  );
  expect(run.stdout).not.toContain(token);
  expect(
    service.arrived.map(({ headers, body }) => [headers.authorization, body.toString()]),
  ).toEqual([[`Bearer ${token}`, '{"query":"{ me { id } }"}']]);
  expect(run.stdout).toContain('operation.destroy');
});
