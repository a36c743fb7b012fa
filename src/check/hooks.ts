/** Options and settings by which a program is told what else to start, as text for a shell. */

/** `NAME=COMMAND` of ssh_config(5), tar(1) and git-config(1), behind an option or as its value. */
const SETTINGS: Readonly<Record<string, RegExp>> = {
  ssh: /^(?:-o)?\s*(?:Proxy|Local|KnownHosts|Remote)Command[= ](.*)$/is,
  scp: /^(?:-o)?\s*(?:Proxy|Local|KnownHosts)Command[= ](.*)$/is,
  sftp: /^(?:-o)?\s*(?:Proxy|Local|KnownHosts)Command[= ](.*)$/is,
  tar: /^--(?:checkpoint-action=exec|to-command|use-compress-program|rsh-command|info-script|new-volume-script)=(.*)$/s,
  git: /^(?:core\.(?:pager|editor|sshcommand|fsmonitor|askpass|gitproxy)|pager\.[\w-]+|sequence\.editor|diff\.external|[\w.-]+\.(?:textconv|cmd|driver|clean|smudge|process))=(.*)$/is,
};
/** Options whose value is one. */
const VALUES: Readonly<Record<string, RegExp>> = {
  rsync: /^(?:-[a-zA-Z]*e|--rsh|--rsync-path)$/,
  scp: /^-S$/,
  sftp: /^-S$/,
  man: /^(?:-P|--pager)$/,
  tar: /^(?:-I|-F|--use-compress-program|--to-command|--info-script)$/,
  git: /^(?:core\.(?:pager|editor|sshcommand|fsmonitor|askpass|gitproxy)|pager\.[\w-]+|sequence\.editor|diff\.external|--upload-pack|--receive-pack)$/i,
  expect: /^-c$/,
};
const MOST = 20;

export function hooksIn(name: string, argv: readonly string[]): string[] {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  const value = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
  const found: string[] = [];
  for (let at = 1; at < argv.length && found.length < MOST; at += 1) {
    const word = argv[at] ?? '';
    const text = setting?.exec(word)?.[1] ?? (value?.test(argv[at - 1] ?? '') ? word : undefined);
    if (text !== undefined) found.push(...(name === 'expect' ? spawned(text) : [text]));
  }
  if (name === 'start-stop-daemon') found.push(daemon(argv));
  // `true` and `false` are switches of settings that may be a command as well.
  return found.filter((text) => !/^(?:true|false|\d*)$/.test(text));
}

/** expect(1): `spawn PROGRAM WORDS`. */
function spawned(code: string): string[] {
  return [...code.matchAll(/\b(?:spawn|exec|system)\s+([^\n;"]{1,2000})/g)].map(
    ([, text = '']) => text,
  );
}

function daemon(argv: readonly string[]): string {
  const at = argv.findIndex((arg) => /^(?:--exec|--startas|-x|-a)$/.test(arg));
  const end = argv.indexOf('--');
  if (at < 0) return '';
  return [argv[at + 1] ?? '', ...(end < 0 ? [] : argv.slice(end + 1))].join(' ');
}
