import type { ProfileContent } from './entries.ts';
import { explainIssues } from './explain.ts';
import { flatten } from './flatten.ts';
import { ProfileError } from './problem.ts';
import type { ProfileText } from './read-file.ts';
import { profileSchema } from './schema.ts';
import { parseYaml } from './yaml-source.ts';

export interface ParseOptions {
  /** As shown to people. */
  file: string;
  /** An agent's profile must have `agent` or extend one that has; any other must not. `either` for a file that is extended. */
  isAgent: boolean | 'either';
}

/** A profile's text as entries with their lines. Throws ProfileError with every problem in it. */
export function parseProfile(
  { text, sha256 }: ProfileText,
  { file, isAgent }: ParseOptions,
): ProfileContent {
  const source = parseYaml(text, file);
  const result = profileSchema.safeParse(source.data);
  if (!result.success) throw new ProfileError(explainIssues(result.error.issues, source, file));
  const { data } = result;
  if (isAgent === false && data.agent)
    throw new ProfileError([
      {
        file,
        ...source.keyAt(['agent']),
        key: 'agent',
        message: "only an agent's profile has it",
        fix: 'Put it in ~/.config/guard/agents/NAME.yaml',
      },
    ]);
  if (isAgent === true && !data.agent && !data.extends?.length)
    throw new ProfileError([
      {
        file,
        line: 1,
        column: 1,
        key: 'agent',
        message: "an agent's profile must say which program to start",
        fix: 'Add "agent: { program: NAME }"',
      },
    ]);
  return { file, sha256, ...flatten(data, source) };
}
