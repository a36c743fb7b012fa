import { existsSync, readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { publishedPorts } from './compose-ports.ts';
import { readProfileFile } from './read-file.ts';

/** What `guard init` goes by. */
export interface Survey {
  registries: { host: string; because: string }[];
  /** Ports that compose files publish on the user's loopback. */
  ports: { port: number; file: string }[];
  /** Dotenv files that hold values, relative to the repository. */
  dotenv: string[];
  /** Folders of infrastructure and migrations. */
  infrastructure: string[];
  /** Command-line tools whose files are here, and what of them changes things outside. */
  commands: { match: string; because: string }[];
  /** Brokers that fit what is here. */
  brokers: string[];
}

const REGISTRIES: [file: string, ...hosts: string[]][] = [
  ['package.json', 'registry.npmjs.org'],
  ['deno.json', 'jsr.io', 'deno.land'],
  ['pyproject.toml', 'pypi.org', 'files.pythonhosted.org'],
  ['requirements.txt', 'pypi.org', 'files.pythonhosted.org'],
  ['Cargo.toml', 'index.crates.io', 'static.crates.io'],
  ['go.mod', 'proxy.golang.org', 'sum.golang.org'],
  ['Gemfile', 'rubygems.org', 'index.rubygems.org'],
  ['composer.json', 'repo.packagist.org'],
  ['pom.xml', 'repo.maven.apache.org'],
  ['build.gradle', 'repo.maven.apache.org', 'plugins.gradle.org'],
  ['build.gradle.kts', 'repo.maven.apache.org', 'plugins.gradle.org'],
  ['mix.exs', 'hex.pm', 'repo.hex.pm'],
  ['pubspec.yaml', 'pub.dev'],
];
const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const INFRASTRUCTURE = new Set(
  'infra infrastructure terraform tf k8s kubernetes helm charts ansible pulumi deploy deployment migrations'.split(
    ' ',
  ),
);
const COMMANDS: [file: string, ...commands: string[]][] = [
  ['railway.json', 'railway up'],
  ['railway.toml', 'railway up'],
  ['vercel.json', 'vercel deploy'],
  ['netlify.toml', 'netlify deploy'],
  ['fly.toml', 'fly deploy'],
  ['wrangler.toml', 'wrangler deploy'],
  ['firebase.json', 'firebase deploy'],
  ['serverless.yml', 'serverless deploy'],
  ['Pulumi.yaml', 'pulumi up'],
];
/** `url = git@host:path` or `url = ssh://…` in git's settings: git-fetch(1), "GIT URLS". */
const SSH_REMOTE = /^[ \t]*(?:push)?url[ \t]*=[ \t]*"?(?:ssh:\/\/|[\w.-]+@[\w.-]+:)/im;
const SKIPPED = new Set(['node_modules', 'vendor', 'dist', 'build', 'target', 'venv']);
const MAX_DEPTH = 3;
const MAX_FOUND = 50;
/** Entries of one folder that are looked at. */
const MAX_ENTRIES = 2000;

/** Looks at names, and into compose files, near the root of a repository. Changes nothing, runs nothing. */
export function survey(root: string): Survey {
  const has = (file: string): boolean => existsSync(join(root, file));
  const found: Survey = {
    registries: [],
    ports: [],
    dotenv: [],
    infrastructure: [],
    commands: [],
    brokers: [],
  };
  for (const [file, ...hosts] of REGISTRIES.filter(([name]) => has(name)))
    for (const host of hosts)
      if (!found.registries.some((each) => each.host === host))
        found.registries.push({ host, because: file });
  for (const [file, ...commands] of COMMANDS.filter(([name]) => has(name)))
    for (const match of commands) found.commands.push({ match, because: file });
  for (const file of COMPOSE.filter(has)) {
    const text = readOrNull(join(root, file));
    for (const port of text === null ? [] : publishedPorts(text)) found.ports.push({ port, file });
  }
  if (SSH_REMOTE.test(readOrNull(join(root, '.git', 'config')) ?? '')) found.brokers.push('git');
  if (has('railway.json') || has('railway.toml')) found.brokers.push('railway');
  walk(root, '', 0, found);
  return found;
}

function walk(root: string, folder: string, depth: number, found: Survey): void {
  for (const entry of entriesOf(join(root, folder))) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
      if (INFRASTRUCTURE.has(entry.name)) pushBounded(found.infrastructure, path);
      else if (depth < MAX_DEPTH) walk(root, path, depth + 1, found);
    } else if (
      /^\.env(\..+)?$|\.env$/.test(entry.name) &&
      !/example|sample|template|dist/.test(path)
    )
      pushBounded(found.dotenv, path);
  }
}

function pushBounded(list: string[], path: string): void {
  if (list.length < MAX_FOUND) list.push(path);
}

function entriesOf(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).slice(0, MAX_ENTRIES);
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // A folder that cannot be read suggests nothing.
  }
}

function readOrNull(path: string): string | null {
  try {
    return readProfileFile(path)?.text ?? null;
  } catch {
    return null; // What cannot be read suggests nothing.
  }
}
