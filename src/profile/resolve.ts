import { dirname, join, resolve } from 'node:path';
import type { LayerName } from '../policy/types.ts';
import { namesIn, builtinAgentFile, builtinAgentNames, builtinProfile } from './builtins.ts';
import type { ProfileContent } from './entries.ts';
import { userAgentsFolder, type Locations } from './locations.ts';
import { fileProblem, ProfileError } from './problem.ts';
import { readProfileFile, type ReadOptions } from './read-file.ts';
import { suggest } from './suggest.ts';
import { isFileReference } from './values.ts';

/** A file that takes part, with where it was found. */
export interface Loaded {
  /** Absolute path, or `profiles/…` for a built-in: what tells files apart. */
  id: string;
  builtin: boolean;
  content: ProfileContent;
}

/** Reads and checks a profile outside the built-ins. Null when it does not exist. */
export async function loadFile(
  path: string,
  options: ReadOptions & { isAgent?: boolean | 'either' } = {},
): Promise<Loaded | null> {
  const text = readProfileFile(path, options);
  if (!text) {
    refuseOtherEnding(path);
    return null;
  }
  const { parseProfile } = await import('./parse.ts');
  const content = parseProfile(text, {
    file: options.shown ?? path,
    isAgent: options.isAgent ?? false,
  });
  return { id: path, builtin: false, content };
}

/** An agent's profile: the user's own if there is one, else the built-in; null when nobody knows the agent. */
export async function loadAgent(
  name: string,
  locations: Locations,
  exceptFile?: string,
): Promise<Loaded | null> {
  const own = join(userAgentsFolder(locations), `${name}.yaml`);
  // An agent's profile that extends its own name means the built-in one it replaces.
  const loaded = own === exceptFile ? null : await loadFile(own, { isAgent: true });
  if (loaded) return loaded;
  const file = builtinAgentFile(name);
  const content = await builtinProfile(file);
  return content && { id: file, builtin: true, content };
}

export function knownAgents(locations: Locations): string[] {
  return [...new Set([...builtinAgentNames(), ...namesIn(userAgentsFolder(locations))])].sort();
}

/**
 * A profile and all it extends, what is extended first, each file once. Throws ProfileError for an unknown name, a
 * cycle, or a path where only names may stand: a repository must not choose among the user's files.
 */
export async function withExtended(
  loaded: Loaded,
  layer: LayerName,
  locations: Locations,
): Promise<Loaded[]> {
  const done = new Map<string, Loaded>();
  const visit = async (current: Loaded, chain: string[]): Promise<void> => {
    for (const [index, reference] of current.content.extends.entries()) {
      const at = {
        file: current.content.file,
        line: reference.line,
        column: reference.column,
        key: `extends[${index}]`,
      };
      const next = await follow(current, reference.name, layer, locations, at);
      if (chain.includes(next.id) || next.id === current.id)
        throw new ProfileError([
          {
            ...at,
            message: `"${reference.name}" extends this file again`,
            fix: 'Break the circle',
          },
        ]);
      if (!done.has(next.id)) await visit(next, [...chain, current.id]);
    }
    done.set(current.id, current);
  };
  await visit(loaded, []);
  return [...done.values()];
}

async function follow(
  from: Loaded,
  name: string,
  layer: LayerName,
  locations: Locations,
  at: { file: string; line: number; column: number; key: string },
): Promise<Loaded> {
  if (isFileReference(name)) {
    if (layer === 'repository' || from.builtin)
      throw new ProfileError([
        {
          ...at,
          message: `"${name}" is a path, and a repository's profile may only name agents`,
          fix: 'Write the lines here, or name an agent',
        },
      ]);
    const path = name.startsWith('~/')
      ? join(locations.home, name.slice(2))
      : resolve(dirname(from.id), name);
    const file = await loadFile(path, { isAgent: 'either' });
    if (file) return file;
    throw new ProfileError([{ ...at, message: `there is no ${path}`, fix: 'Mend the path' }]);
  }
  const agent = await loadAgent(name, locations, from.id);
  if (agent) return agent;
  const known = knownAgents(locations);
  const near = suggest(name, known);
  throw new ProfileError([
    {
      ...at,
      message: `no agent is called "${name}"`,
      fix: near ? `Did you mean "${near}"?` : `Known agents: ${known.join(', ')}`,
    },
  ]);
}

/** `profile.yml` beside a missing `profile.yaml` is a policy somebody believes in. */
function refuseOtherEnding(path: string): void {
  if (!path.endsWith('.yaml')) return;
  const other = `${path.slice(0, -'.yaml'.length)}.yml`;
  let exists = true;
  try {
    exists = readProfileFile(other, { refuseLinks: true }) !== null;
  } catch {
    // There, and unreadable: no better.
  }
  if (exists) throw fileProblem(other, 'guard reads ".yaml", not ".yml"', 'Rename the file');
}
