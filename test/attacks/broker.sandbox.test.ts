// What an agent could try against the calls that guard makes for it: to get the credential, to have something of its own
// run where the credential is, or to be told what was not so.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { brokered, journalOf, perlBroker, useTestBroker } from '../broker/session.ts';
import { makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';

useTestBroker();

/** A call that says `up` and stays; the lines behind it run meanwhile, and it ends with 9 when the file `end` is there. */
const meanwhile = (script: string): string => `
  perl -e '$| = 1; open F, "<$ARGV[1]" if $ARGV[1]; print "up\\n"; select undef, undef, undef, 0.02 until -e "end"; exit 9' broker "$KEY" >up 2>err &
  shim=$!
  until [ -s up ]; do sleep 0.02; done
  ${script}
  touch end; wait $shim; echo "code $?"`;

function withKey(): { place: Place; key: string; socket: string } {
  const place = makePlace();
  mkdirSync(join(place.home, '.ssh'));
  const key = join(place.home, '.ssh', 'key');
  writeFileSync(key, 'PRIVATE-KEY', { mode: 0o600 });
  const socket = join(place.home, '.ssh', 'agent');
  const server = createServer().listen(socket);
  onTestFinished(() => void server.close());
  return { place, key, socket };
}

it('finds neither key nor agent socket nor token anywhere in the session', async () => {
  const { place, key, socket } = withKey();
  const { stdout } = await brokered(
    place,
    meanwhile(`
      for root in '' /proc/[0-9]*/root /proc/[0-9]*/cwd; do
        for file in ${key} ${socket}; do [ -e $root$file ] && echo "found $root$file"; done
      done
      grep -la -D skip "the-real-credentia[l]" /proc/[0-9]*/environ /proc/[0-9]*/cmdline /run/guard/*/* 2>/dev/null | grep -v "/proc/$$/"
      ls -l /proc/[0-9]*/fd 2>/dev/null | grep -e .ssh -e agent
      cat up`).replaceAll('"$KEY"', key),
    perlBroker({ files: [key], sockets: [socket] }),
  );
  expect(stdout).toBe('up\ncode 9\n');
});

it('is given the key and the socket where they are needed', async () => {
  const { place, key, socket } = withKey();
  const { stdout } = await brokered(
    place,
    `perl -e 'open F, "<$ARGV[1]"; print <F>, -S $ARGV[2] ? " socket" : ""' broker ${key} ${socket}`,
    perlBroker({ files: [key], sockets: [socket] }),
  );
  expect(stdout).toBe('PRIVATE-KEY socket');
});

it.each([
  'echo 0 >$fifo',
  'echo 0 >>$fifo',
  'echo 0 1<>$fifo',
  'chmod 600 $fifo && echo 0 >$fifo',
  'rm -f $fifo; mkfifo $fifo',
  'mv $fifo ${fifo}x',
  'exec 7<$fifo && echo 0 >/proc/self/fd/7',
  'ln $fifo mine && chmod 600 mine && echo 0 >mine',
  'mount --bind /dev/null $fifo',
])('cannot forge how a call ended: %s', async (forge) => {
  const { stdout } = await brokered(
    makePlace(),
    meanwhile(`fifo=$(echo /run/guard/calls/*); [ -p $fifo ] && echo fifo; (${forge}) 2>/dev/null`),
  );
  expect(stdout).toBe('fifo\ncode 9\n');
});

it('does not see what runs in its place', async () => {
  const place = makePlace();
  const { stdout } = await brokered(
    place,
    meanwhile(`
      ls -l /proc/[0-9]*/exe | grep -c perl
      ls -l /proc/$shim/exe | sed 's/.*-> //'`),
  );
  // The shim itself, which holds nothing.
  expect(stdout).toMatch(/^0\n\/usr\/bin\/(da|ba)?sh\ncode 9\n$/);
});

it.each([
  ['the real file', '/run/guard/real/perl/perl'],
  ['a copy', 'cp /run/guard/real/perl/perl mine; ./mine'],
  ['a link', 'ln -s /run/guard/real/perl/perl mine; ./mine'],
  ['the loader', '/lib64/ld-linux-x86-64.so.2 /run/guard/real/perl/perl'],
  ['the shim as a script', 'sh /run/guard/shims/perl'],
  ['a copy of the shim', 'cp /run/guard/shims/perl mine; ./mine'],
])('has no credential by another way: %s', async (_, way) => {
  const place = makePlace();
  const { stdout } = await brokered(
    place,
    `${way} -MIO::Socket::INET -e 'print "<$ENV{API_TOKEN}>", IO::Socket::INET->new(PeerAddr => "git.example.test:2222") ? "reached" : ""' broker 2>/dev/null`,
    perlBroker({ hosts: [{ host: 'git.example.test', port: 2222 }] }),
  );
  expect(['', '<>']).toContain(stdout);
  expect(journalOf(place).some((event) => event.type === 'brokered')).toBe(false);
});

it.each([
  ['outside', 'cd /etc'],
  ['in the private /tmp', 'mkdir -p /tmp/x; cd /tmp/x'],
  ['in home', 'cd ..'],
  ['behind a link', 'cd etc'],
  ['in a folder that is gone', 'mkdir gone; cd gone; rmdir ../gone'],
])('makes no call from a folder %s', async (_, go) => {
  const place = makePlace();
  symlinkSync('/etc', join(place.repository, 'etc'));
  const { stdout } = await brokered(place, `${go}; perl -e 'print "ran"' broker; echo "|$?"`);
  expect(stdout).toBe('|126\n');
});

it.each([
  [
    'a folder of its own over one of the repository',
    // mount(2) with MS_BIND and MS_REC: mount(8) wants to be user 0.
    `unshare -Um --keep-caps perl -e '@a = ("/tmp", "sub", "none"); syscall(${process.arch === 'x64' ? 165 : 40}, $a[0], $a[1], $a[2], 20480, $a[2]) == 0 or die "mount: $!"; chdir "sub"; exec "perl", "-e", "print qq(ran)", "broker"'`,
    'another folder outside of the session',
  ],
  [
    'process numbers of its own',
    `unshare -Upf --keep-caps perl -e 'print "ran"' broker`,
    'process namespace of its own making',
  ],
])('makes no call from %s', async (_, script, why) => {
  const place = makePlace();
  mkdirSync(join(place.repository, 'sub'));
  userProfile(place, 'sandbox: { user-namespaces: true }');
  const { stdout, stderr } = await brokered(place, script);
  expect(stdout).toBe('');
  expect(stderr).toContain(why);
});

it.each(['<.', '>/dev/null 0</usr', '2</etc'])(
  'is led nowhere by a folder for a descriptor: %s',
  async (given) => {
    const { stdout } = await brokered(
      makePlace(),
      `perl -e 'print "ran"' broker ${given}; echo "|$?"`,
    );
    expect(stdout).toBe('|126\n');
  },
);

it('runs nothing that the caller made: no library, no option, no path', async () => {
  const place = makePlace();
  const { stdout } = await brokered(
    place,
    `mkdir bin lib; cp /usr/bin/true bin/perl; printf 'print "mine:$ENV{API_TOKEN}\\n"; 1' >lib/Mine.pm
     export PERL5LIB=$PWD/lib PERL5OPT=-MMine LD_LIBRARY_PATH=$PWD/lib LD_PRELOAD=$PWD/lib/x.so IFS=/ ENV=$PWD/env BASH_ENV=$PWD/env
     echo 'echo mine:$API_TOKEN' >env
     PATH=$PWD/bin:$PATH /usr/bin/perl -e 'print "theirs\\n"' broker 2>/dev/null`,
  );
  expect(stdout).toBe('theirs\n');
});

it('refuses a flood, and goes on', async () => {
  const { stdout, code } = await brokered(
    makePlace(),
    `i=0; while [ $i -lt 150 ]; do perl -e 1 broker be-refused 2>/dev/null & i=$((i+1)); done; wait
     perl -e 'print "on"' broker`,
  );
  expect(stdout).toBe('on');
  expect(code).toBe(0);
});
