// Bundles src/ into dist/: what `guard` starts, the first stage inside the sandbox, the exec gate's worker and what few of
// its calls need, and the helper that connects into a session. CommonJS, because Node starts it sooner than modules and V8
// can keep its compiled form: bin/guard.js reads dist/guard.cache, which is written here after a few real starts. koffi
// stays outside because it carries native code. Built-in rules and profiles are checked here and written as JSON, so that no start parses YAML.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const common = {
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  external: ['koffi'],
  outExtension: { '.js': '.cjs' },
  define: { 'import.meta.url': 'guardModuleUrl' },
  banner: {
    js: "const guardModuleUrl = require('node:url').pathToFileURL(__filename).href;",
  },
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
await build({
  ...common,
  entryPoints: { 'builtin-data': 'src/builtin-data.ts' },
  outdir: 'dist/build',
});
const {
  builtinBrokers,
  builtinProfiles,
  builtinProviders,
  builtinRules,
  builtinSecrets,
  builtinWords,
  credentialStores,
} = (await import('./dist/build/builtin-data.cjs')).default;
writeFileSync('dist/builtin-profiles.json', await builtinProfiles());
writeFileSync('dist/builtin-brokers.json', await builtinBrokers());
for (const [folder, files] of Object.entries({
  providers: await builtinProviders(),
  rules: await builtinRules(),
})) {
  mkdirSync(join('dist', folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join('dist', folder, name), text);
}
const words = builtinWords();
for (const [name, text] of Object.entries({
  ...(await builtinSecrets()),
  ...(await credentialStores()),
  ...words.files,
}))
  writeFileSync(join('dist', name), text);
rmSync('dist/build', { recursive: true });
await build({
  ...common,
  // What was worked out above is used by the programs that belong to it, and by no others.
  define: { ...common.define, guardSecretWords: JSON.stringify(words.id) },
  minifySyntax: true,
  minifyWhitespace: true,
  entryPoints: {
    guard: 'src/cli/main.ts',
    audit: 'src/cli/audit-main.ts',
    'stage-one': 'src/sandbox/stage-one.ts',
    'exec-worker': 'src/exec/worker.ts',
    'scan-worker': 'src/secrets/engine/scan-worker.ts',
    'started-away': 'src/check/started-away.ts',
    'late-mounter': 'src/sandbox/late-mounter.ts',
    'publish-connector': 'src/egress/publish-connector.ts',
    'screen-model': 'src/terminal/screen-model.ts',
  },
  outdir: 'dist',
});
// One byte a character is read, kept and compared in half the time. esbuild leaves regular expressions as they are.
for (const name of readdirSync('dist').filter((name) => name.endsWith('.cjs'))) {
  const program = readFileSync(join('dist', name), 'utf8');
  const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(join('dist', name), program.replace(/[^\0-\x7f]/g, escape));
}
// Ink is a module that waits for others at its top level: a bundle of its own, for a thread of its own.
await build({
  entryPoints: { prompt: 'src/approval/ink/worker.tsx' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  jsx: 'automatic',
  minify: true,
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  define: { 'process.env.NODE_ENV': '"production"' },
  // Ink loads it when DEV is set, and it is not installed.
  alias: { 'react-devtools-core': './src/approval/ink/no-devtools.ts' },
  // What CommonJS packages inside it ask for.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
// Without the cache guard starts slower and does the same, so a machine that cannot run a session still builds.
const state = mkdtempSync(join(tmpdir(), 'guard-build-'));
// Of a project with one file: threads that look through many set a flag of V8's, and what it compiles then is refused later.
const project = mkdtempSync(join(tmpdir(), 'guard-build-'));
writeFileSync(join(project, 'file'), 'a line of text\n');
spawnSync(process.execPath, [resolve('bin/guard.js'), 'run', '--quiet', '--', 'true'], {
  cwd: project,
  env: { ...process.env, XDG_STATE_HOME: state, GUARD_WRITE_CACHE: '1' },
  stdio: 'ignore',
});
rmSync(project, { recursive: true });
const staged = `git init -q . && echo 'a line of text' > file && git add file && '${process.execPath}' '${resolve('bin/guard.js')}' audit`;
spawnSync('sh', ['-c', staged], {
  cwd: state,
  env: { ...process.env, GUARD_WRITE_CACHE: '1' },
  stdio: 'ignore',
});
rmSync(state, { recursive: true });
