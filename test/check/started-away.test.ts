import { expect, it } from 'vitest';
import { decideStartedAway } from '../../src/check/started-away.ts';
import { startsAway } from '../../src/policy/argv/starts.ts';
import { exec } from '../policy/support.ts';
import { policy } from './judging.ts';

const away = (command: string | string[]) => {
  const request = exec(command);
  return decideStartedAway(policy, request, request.names[0] ?? '');
};

it.each([
  'ssh host rm -rf /var/www',
  'ssh -i key me@host -p 22 rm -rf /var/www',
  'ssh host "cd /srv; sudo rm -rf *"',
  'docker exec -it db psql -c "DROP TABLE users"',
  'docker compose exec db dropdb shop',
  'kubectl -n shop exec deploy/api -- rm -rf /data',
])('judges what no gate meets: %s', (command) => {
  const request = exec(command);
  expect(startsAway(policy.known, request.names[0] ?? '', request.argv)).toBe(true);
  expect(away(command).action).not.toBe('allow');
});

it.each(['ssh host ls', 'docker exec -it db sh', 'docker run --rm alpine rm -rf /x'])(
  'lets pass: %s',
  (command) => {
    expect(away(command).action).toBe('allow');
  },
);

it.each([
  'timeout 5 rm -rf src',
  'env rm -rf src',
  'bash -c "rm -rf src"',
  'sudo rm -rf src',
  'ls',
])('leaves what starts here to the gate: %s', (command) => {
  const request = exec(command);
  expect(startsAway(policy.known, request.names[0] ?? '', request.argv)).toBe(false);
  expect(away(command).action).toBe('allow');
});

it('records no words: the call has them', () => {
  expect(Object.keys(away('ssh host git push --force'))).not.toContain('words');
});
