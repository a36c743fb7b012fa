// What a brokered command finds around itself: nothing of the session's making, and nothing of the user's but its own.
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makePlace, type Place } from '../harness/guard.ts';
import { userProfile } from '../harness/profile.ts';
import { brokered, journalOf, PERL, perlBroker, useTestBroker } from './session.ts';

useTestBroker();

describe('files', () => {
  it('has the credential at its own path, in a home that is empty otherwise', async () => {
    const place = makePlace();
    mkdirSync(join(place.home, '.ssh'));
    writeFileSync(join(place.home, '.ssh', 'key'), 'KEY');
    writeFileSync(join(place.home, '.ssh', 'other'), 'OTHER');
    const { stdout } = await brokered(
      place,
      `perl -e 'open F, "<$ARGV[1]/.ssh/key"; print <F>, "|", join(",", map { s!.*/!!r } glob("$ARGV[1]/.ssh/* $ARGV[1]/* /var/tmp/*"))' broker ${place.home}
       ls -A ${place.home}`,
      perlBroker({ files: [join(place.home, '.ssh', 'key')] }),
    );
    expect(stdout).toBe('KEY|key,projectproject\n');
  });

  it('has what guard wrote for it over what stands there', async () => {
    const place = makePlace();
    const config = join(place.repository, 'config');
    writeFileSync(config, 'of the repository');
    const generated = [
      { path: config, content: 'of guard' },
      { path: join(place.home, '.ssh', 'config'), content: 'new' },
    ];
    const { stdout } = await brokered(
      place,
      `perl -e 'for (@ARGV[1,2]) { open F, "<$_"; print <F>, "|" }' broker ${generated.map(({ path }) => path).join(' ')}`,
      perlBroker({ generated }),
    );
    expect(stdout).toBe('of guard|new|');
    expect(readFileSync(config, 'utf8')).toBe('of the repository');
  });

  it.each([true, false])('may write to the repository: %s', async (writesRepository) => {
    const place = makePlace();
    mkdirSync(join(place.repository, '.git', 'hooks'), { recursive: true });
    writeFileSync(join(place.repository, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    const script = `perl -e 'for (qw(file .git/hooks/pre-push /etc/file /usr/file)) { print open(F, ">$_") ? 1 : 0 }' broker`;
    const { stdout } = await brokered(place, script, perlBroker({ writesRepository }));
    expect(stdout).toBe(writesRepository ? '1000' : '0000');
  });

  it.each(['home: { write: ["~/.tool"] }', ''])(
    'is given no credential from where the session can write: %s',
    async (yaml) => {
      const place = makePlace();
      if (yaml) userProfile(place, yaml);
      const folder = yaml ? join(place.home, '.tool') : place.repository;
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'key'), 'planted');
      const { stderr, stdout } = await brokered(
        place,
        `perl -e 'print "ran"' broker`,
        perlBroker({ files: [join(folder, 'key')] }),
      );
      expect(stdout).toBe('');
      expect(stderr).toContain('lies where the session can write');
    },
  );
});

describe('programs', () => {
  const starts = (path: string) =>
    `perl -e '$SIG{__WARN__} = sub {}; system { $ARGV[1] } $ARGV[1], "a"; print $? == -1 ? "refused: " . ($! + 0) : "ran"' broker ${path} 2>/dev/null`;

  it('starts its own, and a folder of its own', async () => {
    const runs = ['/usr/bin/true', '/usr/lib/git-core'];
    const own = await brokered(makePlace(), starts('/usr/bin/true'), perlBroker({ runs }));
    expect(own.stdout).toBe('ran');
    const folder = await brokered(
      makePlace(),
      starts('/usr/lib/git-core/git-remote-http'),
      perlBroker({ runs }),
    );
    expect(folder.stdout).toBe('ran');
  });

  const made = (place: Place, name: string, content: string | null): void => {
    const path = join(place.repository, name);
    if (content === null) copyFileSync('/usr/bin/true', path);
    else writeFileSync(path, content);
    chmodSync(path, 0o755);
  };
  it.each([
    ['a shell', '/bin/sh'],
    ['another program', '/usr/bin/id'],
    ['a program of the repository', './program'],
    ['a copy of its own in the repository', './copy'],
    ['a script of the repository', './script'],
    ['a script whose interpreter is its own', './own-script'],
    ['the loader', '/lib64/ld-linux-x86-64.so.2'],
  ])('does not start %s', async (_, path) => {
    const place = makePlace();
    made(place, 'program', null);
    made(place, 'copy', null);
    made(place, 'script', '#!/bin/sh\n');
    made(place, 'own-script', `#!${PERL}\nprint 1;\n`);
    const { stdout } = await brokered(place, starts(path), perlBroker({ runs: ['/usr/bin/true'] }));
    expect(stdout).toBe('refused: 1');
    const refused = journalOf(place).filter(
      (event) => event.type === 'request' && event.verdict.rule === 'broker.test.runs',
    );
    expect(refused).toHaveLength(1);
  });

  it('does not start a script of its own by an interpreter that is none', async () => {
    const runs = ['/usr/lib/git-core'];
    const { stdout } = await brokered(
      makePlace(),
      starts('/usr/lib/git-core/git-submodule'),
      perlBroker({ runs }),
    );
    expect(stdout).toBe('refused: 1');
  });

  it('is not told to run what the session can write', async () => {
    const place = makePlace();
    made(place, 'program', null);
    const runs = [join(place.repository, 'program')];
    const { stdout } = await brokered(place, starts('./program'), perlBroker({ runs }));
    expect(stdout).toBe('');
    expect(journalOf(place).some((event) => event.type === 'brokered')).toBe(false);
  });

  it('makes no user namespace and has no capability', async () => {
    const { stdout } = await brokered(
      makePlace(),
      // unshare(2) is 272 on x86-64, 97 on arm64; CLONE_NEWUSER.
      `perl -e 'print syscall($ARGV[1], 0x10000000), " ", grep /^CapEff/, do { open F, "</proc/self/status"; <F> }' broker ${process.arch === 'x64' ? 272 : 97}`,
    );
    expect(stdout).toBe('-1 CapEff:\t0000000000000000\n');
  });
});

describe('network', () => {
  async function listen(text: string): Promise<{ server: Server; port: number }> {
    const server = createServer((socket) => socket.end(text)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => void server.close());
    return { server, port: (server.address() as { port: number }).port };
  }
  const connect = `perl -MIO::Socket::INET -e '
    for (@ARGV[1..$#ARGV]) { my $s = IO::Socket::INET->new(PeerAddr => $_, Timeout => 5); print $s ? scalar(<$s>) // "nothing" : "refused"; print "\\n" }'`;

  it('reaches its hosts by name on their ports, where the user says they live, and nothing else', async () => {
    const place = makePlace();
    const { port } = await listen('hello');
    userProfile(
      place,
      `network: { hosts: { "git.example.test": "127.0.0.1:${port}", "other.example.test": "127.0.0.1:${port}" } }`,
    );
    const hosts = [{ host: 'git.example.test', port: 2222 }];
    const tries = `git.example.test:2222 git.example.test:443 other.example.test:2222 127.0.0.1:${port} 127.0.0.1:2222 198.18.0.1:2222 192.0.2.1:2222`;
    const { stdout, stderr } = await brokered(
      place,
      `${connect} broker ${tries}; ${connect} inside git.example.test:2222 198.18.0.1:2222`,
      perlBroker({ hosts }),
    );
    expect(stderr).not.toContain('error');
    expect(stdout.trim().split('\n')).toEqual([
      ...['hello', 'refused', 'refused', 'refused', 'nothing', 'hello', 'nothing'],
      // The session itself reaches nothing of it.
      ...['refused', 'refused'],
    ]);
    const requests = journalOf(place).filter(
      (event) => event.type === 'request' && event.verdict.rule === 'broker.test.hosts',
    );
    expect(requests).toContainEqual(
      expect.objectContaining({ verdict: expect.objectContaining({ action: 'allow' }) as unknown }),
    );
  });

  it('is not led to loopback by a name', async () => {
    const place = makePlace();
    const { port } = await listen('hello');
    const { stdout } = await brokered(
      place,
      `${connect} broker localhost:${port} ip6-localhost:${port}`,
      perlBroker({
        hosts: [
          { host: 'localhost', port },
          { host: 'ip6-localhost', port },
        ],
      }),
    );
    expect(stdout).not.toContain('hello');
  });
});
