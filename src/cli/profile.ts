import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Problem } from '../profile/problem.ts';
import { EXIT, GuardError } from '../guard-error.ts';
import { printable } from '../printable.ts';
import { notEmpty } from './misuse.ts';

/** `guard profile`: the policy as it takes effect, whether files are valid, and their schema. */
export function registerProfileCommand(program: Command): void {
  const profile = program
    .command('profile')
    .description('show and check what a session may see, start and reach');
  profile
    .command('show')
    .description('print the effective policy, each line with the file it came from')
    .argument('[agent]', 'an agent; without one, what a bare command gets')
    .option('--profile <file>', 'a further profile, on top of your own', notEmpty)
    .option('--repository <dir>', 'the project folder')
    .option('--json', 'print it as JSON')
    .action(show);
  profile
    .command('validate')
    .description('check profiles; exits with 1 when one is not valid')
    .argument('[file...]', 'by default all that take part here')
    .option('--repository <dir>', 'the project folder')
    .action(validate);
  profile
    .command('schema')
    .description('print the JSON Schema of a profile')
    .action(async () => {
      const { profileJsonSchema } = await import('../profile/schema.ts');
      console.log(JSON.stringify(profileJsonSchema(), null, 2));
    });
}

interface ShowFlags {
  profile?: string;
  repository?: string;
  json?: true;
}

async function show(agent: string | undefined, flags: ShowFlags): Promise<void> {
  const { loadProfile } = await import('../profile/load.ts');
  const { knownAgents } = await import('../profile/resolve.ts');
  const { locations, repository } = await here(flags.repository);
  const known = knownAgents(locations);
  const profile = await loadProfile({
    agent: agent ?? null,
    repository,
    ...(flags.profile === undefined ? {} : { explicit: flags.profile }),
  });
  if (agent !== undefined && profile.agent === null) {
    const { suggest } = await import('../profile/suggest.ts');
    const near = suggest(agent, known);
    throw new GuardError({
      what: `no agent is called "${agent}"`,
      why: `guard knows ${known.join(', ')}`,
      fix: near ? `Did you mean "${near}"?` : 'Write ~/.config/guard/agents/NAME.yaml for another',
    });
  }
  if (flags.json) return console.log(JSON.stringify(profile, null, 2));
  const { renderProfile } = await import('../profile/show.ts');
  for (const line of renderProfile(profile)) console.log(line);
  if (agent === undefined)
    console.log(`# agents guard knows: ${printable(known.join(', '), 2000)}`);
}

async function validate(files: string[], flags: { repository?: string }): Promise<void> {
  const { profileFiles, validateProfile } = await import('../profile/validate.ts');
  const { formatProblem } = await import('../profile/problem.ts');
  const where = await here(files.length ? undefined : flags.repository);
  const chosen = files.length ? files : profileFiles(where);
  if (!chosen.length) console.log('No profile here besides the built-in ones.');
  const said = new Set<string>();
  for (const file of chosen) {
    const problems = await validateProfile(file, where);
    if (!problems.length) problems.push(...(await providerProblems(file, where)));
    if (!problems.length) console.log(`${printable(file, 4096)}: valid`);
    for (const problem of problems) {
      process.exitCode = problem.line ? (process.exitCode ?? 1) : EXIT.cannotEnforce;
      // One broken file can be reached through several.
      const text = formatProblem(problem);
      if (!said.has(text)) console.error(text);
      said.add(text);
    }
  }
}

/** What a profile says of providers that nobody has described, and what is wrong with those the user has described. */
async function providerProblems(file: string, where: Where): Promise<Problem[]> {
  const { loadProfile } = await import('../profile/load.ts');
  const { ProfileError } = await import('../profile/problem.ts');
  const { providerIndex } = await import('../operations/load-providers.ts');
  const { refuseUnknownProviders } = await import('../session/known-providers.ts');
  const path = resolve(file);
  if (basename(dirname(path)) === 'agents') return [];
  const own = basename(path) === '.guard.yaml';
  try {
    const profile = await loadProfile(
      own
        ? { ...where, agent: null, repository: dirname(path), repositoryTrust: 'trusted' }
        : { ...where, agent: null, explicit: path, repositoryTrust: 'absent' },
    );
    refuseUnknownProviders(profile, await providerIndex());
    return [];
  } catch (error) {
    if (error instanceof ProfileError) return error.problems;
    throw error;
  }
}

type Where = Awaited<ReturnType<typeof here>>;

/** Where profiles are looked for when a command runs here. */
async function here(given: string | undefined) {
  const { findRepository } = await import('../session/repository.ts');
  const { userLocations } = await import('../profile/locations.ts');
  const locations = userLocations(process.env);
  return { ...locations, locations, repository: findRepository(given, locations.home).root };
}
