import { join } from 'node:path';
import { ORGANISATION_FILE, userLocations, userProfileFile } from '../profile/locations.ts';
import { readProfileFile } from '../profile/read-file.ts';
import type { AuditSection } from '../profile/schema-audit.ts';
import type { Tier } from '../secrets/engine/detector.ts';
import type { Exception } from './examine.ts';

export interface AuditSettings {
  /** Null where no profile says. */
  tier: Tier | null;
  exceptions: Exception[];
}

export interface SettingsPlaces {
  /** The repository's top folder. */
  repository: string | null;
  env?: NodeJS.ProcessEnv;
  organisationFile?: string;
}

/** The tier that shows most comes first. */
const SHOWS_MOST: readonly Tier[] = ['weak', 'likely', 'certain'];

/** What profiles say about the audit. Throws ProfileError where one cannot be used. */
export async function auditSettings(places: SettingsPlaces): Promise<AuditSettings> {
  const { repository, env = process.env, organisationFile = ORGANISATION_FILE } = places;
  const own = [
    await sectionOf(userProfileFile(userLocations(env))),
    await sectionOf(organisationFile),
  ];
  const theirs =
    repository === null ? null : await sectionOf(join(repository, '.guard.yaml'), true);
  const refused = own.some((section) => section?.['repository-exceptions'] === false);
  const sections = [...own, theirs].filter((section) => section !== null);
  const counting = [...own, refused ? null : theirs].filter((section) => section !== null);
  // Where its exceptions do not count, it cannot have less shown either.
  const tiers = (refused && theirs?.tier === 'certain' ? own : sections).map(
    (section) => section?.tier,
  );
  const written = counting.flatMap(({ exceptions = [] }) => exceptions);
  return {
    tier: SHOWS_MOST.find((tier) => tiers.includes(tier)) ?? null,
    exceptions: written.length > 0 ? await compiled(written) : [],
  };
}

async function sectionOf(file: string, refuseLinks = false): Promise<AuditSection | null> {
  const content = readProfileFile(file, { refuseLinks });
  // Reading YAML takes longer than an audit of a commit: only where there is something to read.
  if (!content?.text.includes('audit')) return null;
  const { auditSection } = await import('../profile/audit-section.ts');
  return auditSection(content.text, file);
}

async function compiled(
  written: readonly { path: string; rule: string; reason: string }[],
): Promise<Exception[]> {
  const { default: micromatch } = await import('micromatch');
  return written.map(({ path: pattern, rule, reason }) => {
    const whole = pattern.includes('/');
    // `s`: a file name may hold a line break.
    const expression = new RegExp(micromatch.makeRe(pattern, { dot: true }).source, 's');
    return {
      rule,
      reason,
      // What matches a folder counts for all that is in it.
      matches: (path) =>
        withFolders(path).some((each) =>
          expression.test(whole ? each : each.slice(each.lastIndexOf('/') + 1)),
        ),
    };
  });
}

function withFolders(path: string): string[] {
  const paths = [path];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1))
    paths.push(path.slice(0, at));
  return paths;
}
