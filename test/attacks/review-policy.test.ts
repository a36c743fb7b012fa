import { describe, expect, it } from 'vitest';
import { decideStartedAway } from '../../src/check/started-away.ts';
import { compilePolicy, decide } from '../../src/policy/decide.ts';
import { loadRulePacks } from '../../src/policy/load-rules.ts';
import { strictest } from '../../src/policy/strictest.ts';
import { data, exec, source } from '../policy/support.ts';

/** Commands that destroy, written so that a reader of arguments could take them for something else. */

const packs = await loadRulePacks();
const policy = compilePolicy(data({ packs }));
const actionOf = (command: string | string[]) => {
  const request = exec(command);
  const [name = ''] = request.names;
  return strictest(decide(policy, request), decideStartedAway(policy, request, name)).action;
};

describe('an option that nobody declared hides nothing', () => {
  it.each([
    // It takes no value, and the word behind it is the subcommand.
    'aws ec2 --zz terminate-instances --instance-ids i-1',
    'az vm --zz delete -g rg -n web',
    'gcloud compute instances --zz delete web-1',
    'doctl compute droplet --zz delete web-1',
    'heroku --zz addons:destroy db --app shop',
    'prisma migrate --zz reset',
    // It takes one, and the word behind it is no operand.
    'redis-cli --zz x FLUSHALL',
    'cp --zz x /dev/null data.db',
    'npm run --zz x db:drop',
    'service --zz x postgresql stop',
    'php --zz x artisan migrate:fresh',
    'docker run --zz x -v .:/x alpine rm -rf /x',
  ])('%s', (command) => expect(actionOf(command)).toBe('ask'));

  it.each([
    'gcloud compute instances --zz list',
    'kubectl --zz x get pods',
    'npm run --zz x build',
  ])('nor does it make a question of: %s', (command) => expect(actionOf(command)).toBe('allow'));

  it('nor does it spoil what a person allowed by name', () => {
    const words = 'redis-cli --zz x FLUSHALL';
    const commands = [
      { value: { match: words, action: 'allow' as const }, source: source('user') },
    ];
    const own = compilePolicy(data({ packs, commands }));
    expect(decide(own, exec(words)).action).toBe('allow');
    expect(decide(own, exec('redis-cli --zz x FLUSHDB')).action).toBe('ask');
    expect(decide(own, exec('redis-cli --zz FLUSHALL')).action).toBe('ask');
  });
});

describe('a dry run that is taken back is none', () => {
  it.each([
    'npm publish --dry-run --no-dry-run',
    'npm publish --dry-run=false',
    'git clean -n --no-dry-run -fdx',
    'git push --dry-run --no-dry --force',
    'kubectl delete ns prod --dry-run=client --dry-run=none',
    'helm uninstall web --dry-run=false',
  ])('%s', (command) => expect(actionOf(command)).toBe('ask'));

  it.each(['npm publish --dry-run', 'npm publish --no-dry-run --dry-run'])('but %s', (command) =>
    expect(actionOf(command)).toBe('allow'),
  );
});

describe('what looks harmless and is not', () => {
  it.each([
    // A version to act on, not a question about the version.
    'kamal --version v1 app remove',
    'helm upgrade web chart --version 1.2 --force',
    'gem -v 1.0 yank x',
    // A short option takes a value as well: pflag(3).
    'rclone purge r:x -n=false',
    'kubectl delete pod x -h=false',
    'bq rm --dry_run=false -f t',
    // Not a dry run, but a label.
    'mkfs.vfat -n BOOT /dev/sdb1',
    'mkfs -V -t ext4 /dev/sda1',
    // It prints the version, and goes on.
    `ruby -v -rfileutils -e 'FileUtils.rm_rf("src")'`,
  ])('%s', (command) => expect(actionOf(command)).not.toBe('allow'));

  it.each(['kamal --version', 'rclone purge r:x -n', 'helm upgrade web chart --version 1.2'])(
    'but %s is',
    (command) => expect(actionOf(command)).toBe('allow'),
  );
});

describe('letters behind one that takes a number', () => {
  it.each([
    `perl -lne 'unlink' names`,
    `perl -0777ne 'unlink' names`,
    `perl -l012e 'unlink glob("*.c")'`,
    `perl -wE 'unlink glob "*.c"'`,
    'node -pe "fs.rmSync(\'src\', {recursive: true})"',
  ])('%s', (command) => expect(actionOf(command)).toBe('ask'));
});

describe('what is run elsewhere by another way', () => {
  it.each([
    'docker run --entrypoint rm -v .:/x alpine -rf /x',
    'docker run --entrypoint=/bin/rm -v .:/x alpine -rf /x',
    `docker run --entrypoint sh -v .:/x alpine -c 'rm -rf /x'`,
    `podman run --entrypoint '["rm", "-rf"]' -v .:/x alpine /x`,
    'docker compose run --entrypoint "rm -rf" app /data',
    `ssh -o RemoteCommand='rm -rf /srv' host`,
    'kubectl debug node/x --image=alpine -- chroot /host rm -rf /var',
    'rsync -a -M--delete src/ host:/srv',
  ])('%s', (command) => expect(actionOf(command)).not.toBe('allow'));
});

describe('a scratch folder through whose links it goes', () => {
  it.each([`find -L node_modules -name '*.js' -delete`, 'find build -follow -delete'])(
    '%s',
    (command) => expect(actionOf(command)).toBe('ask'),
  );
});
