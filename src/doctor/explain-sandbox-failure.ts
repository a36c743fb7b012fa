import { readFileSync } from 'node:fs';
import { GuardError } from '../guard-error.ts';
import { allowBubblewrap, RESTRICTION } from './apparmor.ts';
import { installCommand } from './distribution.ts';

type Read = (path: string) => string | null;

interface Explanation {
  /** Matches what bubblewrap prints (bubblewrap.c and network.c, 0.4 to 0.11). */
  pattern: RegExp;
  why: string;
  fix(read: Read): string[];
}

const CLONE = '/proc/sys/kernel/unprivileged_userns_clone';
const MAXIMUM = '/proc/sys/user/max_user_namespaces';
const DOCTOR = 'Run guard doctor';

const EXPLANATIONS: readonly Explanation[] = [
  {
    pattern: /namespace.*(?:ENOSPC|No space left)|max_\S*namespaces exceeded/i,
    why: 'the limit on user namespaces is reached or zero',
    fix: () => ['sudo sysctl -w user.max_user_namespaces=28633'],
  },
  {
    pattern:
      /setting up uid map|setting up gid map|error writing to setgroups|Failed RTM_NEWADDR|loopback: /i,
    why: 'the capabilities of its user namespace are withheld, as AppArmor does on Ubuntu',
    fix: (read) =>
      read(RESTRICTION) === '1' ? allowBubblewrap('/usr/bin/bwrap') : namespaceFix(read),
  },
  {
    pattern:
      /No permissions to creat\w+ (?:a )?new namespace|Creating new namespace failed|unshare (?:user|pid|net)/i,
    why: 'unprivileged user namespaces are not allowed here',
    fix: namespaceFix,
  },
  {
    pattern: /Can't mount proc/i,
    why: 'a fresh /proc may not be mounted, as in a container that masks parts of its own',
    fix: () => [
      'Run guard outside that container, or start it with --security-opt systempaths=unconfined',
    ],
  },
  {
    pattern: /Unknown option/i,
    why: 'this bubblewrap is too old',
    fix: (read) => [installCommand(read('/etc/os-release'), 'bubblewrap')],
  },
  {
    pattern: /Can't find source path (?:.*): No such file/i,
    why: 'a file or folder of the view has gone since it was planned',
    fix: () => ['Start the session again'],
  },
];

/** What bubblewrap's (or the first stage's) last words mean, as an error with what mends it. */
export function explainSandboxFailure(stderr: string, read: Read = readSetting): GuardError {
  const known = EXPLANATIONS.find(({ pattern }) => pattern.test(stderr));
  const said = lastLine(stderr);
  const quoted = said === '' ? 'it ended without a word' : said;
  return new GuardError({
    what: 'the sandbox did not start',
    why: known ? `${known.why} (${quoted})` : quoted,
    fix: known ? oneLine(known.fix(read)) : DOCTOR,
  });
}

/** A single command as it is; more of them where they can be read and copied. */
function oneLine(fix: string[]): string {
  return fix.length === 1 && fix[0] !== undefined
    ? fix[0]
    : `${DOCTOR}: it prints the commands that mend this`;
}

/** What lets an ordinary user make a user namespace, by what forbids it. */
export function namespaceFix(read: Read): string[] {
  if (read(CLONE) === '0') return ['sudo sysctl -w kernel.unprivileged_userns_clone=1'];
  if (read(MAXIMUM) === '0') return ['sudo sysctl -w user.max_user_namespaces=28633'];
  if (read(RESTRICTION) === '1') return allowBubblewrap('/usr/bin/bwrap');
  return [
    'In a container, start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined; elsewhere run guard doctor',
  ];
}

function lastLine(text: string): string {
  const lines = text.slice(-4000).trimEnd().split('\n');
  return (lines.findLast((line) => /bwrap:/.test(line)) ?? lines.at(-1) ?? '').trim().slice(0, 500);
}

function readSetting(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
