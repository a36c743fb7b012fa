import type { Command } from 'commander';
import type { RepositoryClaims } from '../profile/claims.ts';
import { EXIT, GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import type { IgnoredWidening } from '../profile/types.ts';

interface Flags {
  repository?: string;
  yes?: true;
  revoke?: true;
  list?: true;
}

/** `guard trust`: shows what a repository's profile widens, and records that a person accepts exactly that. */
export function registerTrustCommand(program: Command): void {
  program
    .command('trust')
    .description("accept this repository's profile as it is now")
    .option('--repository <dir>', 'the project folder')
    .option('-y, --yes', 'accept without asking')
    .option('--revoke', 'no longer trust it')
    .option('--list', 'list what is trusted')
    .action(trust);
}

async function trust(flags: Flags): Promise<void> {
  const { userLocations } = await import('../profile/locations.ts');
  const store = await import('../profile/trust.ts');
  const locations = userLocations(process.env);
  if (flags.list) {
    for (const [path, { sha256, at }] of Object.entries(store.readPins(locations)))
      console.log(`${printable(path, 4096)}  ${sha256.slice(0, 16)}…  ${printable(at, 40)}`);
    return;
  }
  const { findRepository } = await import('../session/repository.ts');
  const repository = findRepository(flags.repository, locations.home).root;
  const shown = printable(repository, 4096);
  if (flags.revoke) {
    const was = store.unpin(locations, repository);
    console.log(`${shown}: ${was ? 'no longer trusted' : 'was not trusted'}.`);
    return;
  }
  const { repositoryClaims } = await import('../profile/claims.ts');
  const claims = await repositoryClaims({ repository });
  if (!claims)
    throw new GuardError({
      what: 'nothing to trust',
      why: `there is no .guard.yaml in ${repository}`,
      fix: 'Write one with `guard init`',
    });
  for (const line of describe(claims)) console.log(line);
  if (claims.trusted) return console.log('You trust it already.');
  if (!claims.widens.length && !claims.replaces.length)
    return console.log('It only tightens, and counts as it is: there is nothing to accept.');
  if (!flags.yes && !(await confirm(`Trust this content for ${shown}? [y/N] `))) {
    console.log('Not trusted: these lines stay without effect.');
    process.exitCode = EXIT.refused;
    return;
  }
  const { ensureStateRoot } = await import('../session/state-root.ts');
  ensureStateRoot({ repository });
  store.pin(locations, repository, claims.sha256, new Date());
  console.log(`Trusted, until the file changes. \`guard trust --revoke\` takes it back.`);
}

function describe(claims: RepositoryClaims): string[] {
  const { file, sha256, widens, replaces } = claims;
  return [
    `${printable(file, 4096)}  sha256 ${sha256}`,
    ...part('It widens every session in this repository:', widens),
    ...part('Its rules take the place of built-in ones, also of stricter ones:', replaces),
  ];
}

function part(title: string, lines: IgnoredWidening[]): string[] {
  if (!lines.length) return [];
  return [
    title,
    ...lines.map(
      ({ key, value, source }) =>
        `  ${printable(key)}: ${printable(value, 40_000)}  (${printable(source.file)}:${source.line})`,
    ),
  ];
}

/** Asks on the controlling terminal, whatever stdin is: a pipe must not answer for a person. */
async function confirm(question: string): Promise<boolean> {
  const { ttyChannel } = await import('../approval/tty-channel.ts');
  const { KeyReader } = await import('../approval/key-reader.ts');
  const channel = ttyChannel();
  if (channel.available() !== 'yes')
    throw new GuardError({
      what: 'cannot ask whether you trust it',
      why: 'there is no terminal',
      fix: 'Read what is listed above, then run `guard trust --yes`',
    });
  const screen = await channel.acquire();
  try {
    const keys = new KeyReader(screen);
    const never = new AbortController().signal;
    // What was typed before the question stood there does not answer it.
    if (!(await keys.drain(never))) return false;
    screen.write(question);
    const answer = await keys.answer(never);
    screen.write(`${answer}\r\n`);
    return answer === 'yes';
  } finally {
    await screen.release();
  }
}
