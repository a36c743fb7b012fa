import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePlace } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { brokered, journalOf, perlBroker, useTestBroker } from './session.ts';

useTestBroker();

const TOKEN = 'the-real-credential';

it('runs a call with the credential, which the session does not have', async () => {
  const script = `perl -e 'print "by guard: $ENV{API_TOKEN}\\n"' broker
    perl -e 'print "inside: $ENV{API_TOKEN}\\n"'`;
  const { stdout, code } = await brokered(makePlace(), script);
  expect(stdout).toBe(`by guard: ${TOKEN}\ninside: \n`);
  expect(code).toBe(0);
});

it.each(['perl', '/usr/bin/perl', '/bin/perl', './link', 'env perl', 'exec perl'])(
  'is met by %s',
  async (word) => {
    const place = makePlace();
    execFileSync('ln', ['-s', '/usr/bin/perl', join(place.repository, 'link')]);
    const { stdout } = await brokered(place, `${word} -e 'print $ENV{API_TOKEN}' broker`);
    expect(stdout).toBe(TOKEN);
  },
);

it("has the caller's descriptors, folder and arguments", async () => {
  const place = makePlace();
  mkdirSync(join(place.repository, 'sub'));
  const script = `cd sub && printf 'in\\n' | perl -MCwd -e '
    print getcwd(), "|", join(",", @ARGV), "|", scalar(<STDIN>); print STDERR "err\\n"; exit 7
  ' broker 'two words' "$(printf 'a\\nb')" 2>../err >../out; echo $?; cat ../out ../err`;
  const { stdout } = await brokered(place, script);
  expect(stdout).toBe(`7\n${place.repository}/sub|broker,two words,a\nb|in\nerr\n`);
});

it('has a closed descriptor as nothing', async () => {
  const { stdout } = await brokered(
    makePlace(),
    `perl -e 'print defined(<STDIN>) ? "something" : "nothing"' broker <&-`,
  );
  expect(stdout).toBe('nothing');
});

it('ends as the command ends, by a signal too', async () => {
  const { stdout } = await brokered(
    makePlace(),
    `perl -e 'exit 41' broker; echo $?; perl -e 'kill 15, $$; sleep 9' broker; echo $?`,
  );
  expect(stdout).toBe('41\n143\n');
});

it("has exactly the environment that guard gives, none of the caller's", async () => {
  const { stdout } = await brokered(
    makePlace(),
    `export GIT_SSH_COMMAND=x LD_PRELOAD=/nowhere.so PERL5OPT=-Mx API_TOKEN=mine
     perl -e 'print "$_=$ENV{$_}\\n" for sort keys %ENV' broker 2>/dev/null`,
  );
  // bubblewrap sets PWD for what it starts.
  expect(stdout.replace(/^PWD=.*\n/m, '')).toBe(`API_TOKEN=${TOKEN}\nPATH=/usr/bin:/bin\n`);
});

it("leaves what is no broker's alone: environment, name, exit code", async () => {
  const { stdout } = await brokered(
    makePlace(),
    `A=1 real=2 code=3 call=4 perl -e 'print join(",", map { $ENV{$_} } qw(A real code call)), "|@ARGV"; exit 5' x 'y z'; echo "|$?"`,
  );
  expect(stdout).toBe('1,2,3,4|x y z|5\n');
});

it('asks where it must, and refuses where nobody can be asked', async () => {
  const place = makePlace();
  const { stdout, stderr } = await brokered(
    place,
    `perl -e 'print "ran"' broker be-asked; echo $?`,
  );
  expect(stdout).not.toContain('ran');
  expect(stderr).toContain('the test says ask [rule broker.test]');
  const request = journalOf(place).find((event) => event.type === 'request' && event.broker);
  expect(request).toMatchObject({ verdict: { action: 'ask', rule: 'broker.test' } });
});

it('refuses with the reason, once', async () => {
  const place = makePlace();
  const { stdout, stderr } = await brokered(
    place,
    `perl -e 'print "ran"' broker be-refused || echo refused`,
  );
  expect(stdout).toBe('refused\n');
  expect(stderr.match(/the test says no/g)).toHaveLength(1);
  expect(stderr).toContain('guard: instead: be nice');
});

it("obeys a rule before it is anybody's to run", async () => {
  const place = makePlace();
  userProfile(place, 'commands: [{ match: "perl broker", action: deny, reason: no such calls }]');
  const { stderr, stdout } = await brokered(place, `perl broker; perl -e 'print "other"'`);
  expect(stderr).toContain('no such calls');
  expect(stdout).toBe('other');
  expect(journalOf(place).some((event) => event.type === 'brokered')).toBe(false);
});

it('goes on inside, judged once, where the resolver says so', async () => {
  const place = makePlace();
  const { stdout } = await brokered(
    place,
    `perl -e 'print "inside:$ENV{API_TOKEN}"' broker go-inside`,
  );
  expect(stdout).toBe('inside:');
  const requests = journalOf(place).filter(
    (event) =>
      event.type === 'request' &&
      event.request.kind === 'exec' &&
      event.request.argv.includes('broker'),
  );
  expect(requests).toHaveLength(1);
});

it('records the call, what ran and how it ended, without the credential', async () => {
  const place = makePlace();
  await brokered(place, `perl -e 'exit 3' broker "the-real-$(printf credential)"`);
  const journal = journalOf(place);
  const request = journal.find((event) => event.type === 'request' && event.broker);
  expect(request).toMatchObject({
    verdict: { action: 'allow' },
    broker: { name: 'test', cwd: place.repository, facts: [{ label: 'measured' }] },
  });
  expect(journal).toContainEqual(
    expect.objectContaining({ type: 'brokered', exitCode: 3, id: (request as { id: number }).id }),
  );
  expect(JSON.stringify(journal)).not.toContain(TOKEN);
});

it('serves many at once, a few at a time', async () => {
  const { stdout } = await brokered(
    makePlace(),
    `for i in 1 2 3 4 5 6 7; do perl -e 'print "$ARGV[1]\\n"' broker $i & done; wait`,
  );
  expect(stdout.trim().split('\n').sort()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
});

it('leaves nothing behind', async () => {
  const place = makePlace();
  const generated = [{ path: join(place.home, 'settings'), content: 'x' }];
  await brokered(place, `perl -e 'print 1' broker`, perlBroker({ generated }));
  const [id = ''] = readdirSync(join(place.state, 'guard', 'sessions'));
  expect(readdirSync(join(place.state, 'guard', 'sessions', id)).sort()).toEqual([
    'held',
    'journal.jsonl',
    'session.json',
  ]);
});

it('says what is wrong when the sandbox cannot be made', async () => {
  const { stdout, stderr } = await brokered(
    makePlace(),
    `perl -e 1 broker; echo $?`,
    perlBroker({ files: ['/nowhere/key'] }),
  );
  expect(stdout).toBe('126\n');
  expect(stderr).toContain('/nowhere/key, which the broker test needs, is not there');
});

describe('a program that is a script', () => {
  const broker = {
    ...perlBroker(),
    program: 'tool',
  };
  const withTool = () => {
    const place = makePlace();
    const folder = join(place.home, 'tools');
    mkdirSync(folder);
    writeFileSync(join(folder, 'tool'), '#!/bin/sh\necho "real $0 $*"\n');
    chmodSync(join(folder, 'tool'), 0o755);
    userProfile(place, `home: { read: ["~/tools"] }`);
    return { place, env: { PATH: `${folder}:${process.env.PATH ?? ''}` } };
  };

  it('stays where it is, and a call by its name is met', async () => {
    const { place, env } = withTool();
    const script = `tool -e 'print $ENV{API_TOKEN}, "\\n"' broker; tool a; ~/tools/tool b`;
    const { stdout } = await brokered(place, script, broker, { env });
    const tool = join(place.home, 'tools', 'tool');
    expect(stdout).toBe(`${TOKEN}\nreal ${tool} a\nreal ${tool} b\n`);
  });

  it('is sent back to its name when it is called by its path', async () => {
    const { place, env } = withTool();
    const { stdout, stderr } = await brokered(place, `~/tools/tool broker`, broker, { env });
    expect(stdout).toBe('');
    expect(stderr).toContain('call it as tool, without a path');
  });
});

it('has no shim for a program that is not there', async () => {
  const broker = { ...perlBroker(), program: 'no-such-program' };
  const { stdout } = await brokered(makePlace(), 'ls /run/guard; echo "$PATH"', broker);
  expect(stdout).toMatch(/^covers\ngit\n/);
  expect(stdout).not.toContain('/run/guard');
});
