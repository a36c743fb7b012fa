import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** Which folders a folder may use at run time; types may come from anywhere but `cli`. */
const MAY_USE: Record<string, readonly string[]> = {
  policy: [],
  secrets: [],
  operations: ['policy', 'profile'],
  // egress for the class of the error that ends a call, which both must share
  credentials: ['secrets', 'policy', 'profile', 'egress'],
  profile: ['policy'],
  kernel: [],
  view: ['secrets', 'profile'],
  doctor: ['kernel'],
  sandbox: ['kernel', 'doctor'],
  terminal: ['kernel', 'approval'],
  // view for what git ignores
  exec: ['kernel', 'policy', 'view'],
  shell: ['policy'],
  // policy for names that say production, view for git's settings
  audit: ['secrets', 'profile', 'policy', 'view'],
  // credentials for what a request shows as its right
  check: ['policy', 'shell', 'operations', 'credentials'],
  egress: ['policy'],
  approval: [],
  broker: ['kernel', 'policy', 'profile', 'sandbox', 'exec', 'egress'],
  session: [
    'broker',
    'credentials',
    'operations',
    'kernel',
    'profile',
    'policy',
    'secrets',
    'view',
    'sandbox',
    'terminal',
    'exec',
    'egress',
    'approval',
    'doctor',
  ],
  demo: ['session'],
  cli: ['*'],
  // src/*.ts: what every folder shares, and what the build runs
  '.': [],
};
/** Looking through many files takes more than one thread. */
const SCAN_THREADS = ['secrets/engine/scan-pool.ts', 'secrets/engine/scan-worker.ts'];
const BUILD_ONLY = 'builtin-data.ts';

interface Import {
  file: string;
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const found = text.matchAll(
    /^(import|export)( type)? [^;]*?from '([^']+)'|\bimport\('([^']+)'\)/gms,
  );
  return [...found].map(([, , type, from, dynamic]) => {
    const target = from ?? dynamic ?? '';
    const to = target.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), target)) : target;
    return {
      file,
      from: file.includes('/') ? (file.split('/')[0] ?? '') : '.',
      to,
      typeOnly: type !== undefined,
    };
  });
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '.');

it('knows every folder', () => {
  expect(new Set(imports.map(({ from }) => from))).toEqual(new Set(Object.keys(MAY_USE)));
});

it('keeps the directions between folders', () => {
  const wrong = imports.filter(({ file, from, to, typeOnly }) => {
    if (!/\.tsx?$/.test(to) || file === BUILD_ONLY) return false;
    const target = folderOf(to);
    if (target === from || target === '.') return false;
    if (typeOnly) return target === 'cli';
    const allowed = MAY_USE[from] ?? [];
    return !allowed.includes('*') && !allowed.includes(target);
  });
  expect(wrong.map(({ file, to }) => `${file} uses ${to}`)).toEqual([]);
});

it('has foreign function calls in kernel only', () => {
  const foreign = imports.filter(({ to, typeOnly }) => to === 'koffi' && !typeOnly);
  expect(new Set(foreign.map(({ from }) => from))).toEqual(new Set(['kernel']));
});

it('keeps side effects out of policy and secrets', () => {
  const effects = [
    'node:child_process',
    'node:http',
    'node:https',
    'node:dgram',
    'node:worker_threads',
    'execa',
  ];
  const wrong = imports.filter(
    ({ file, from, to }) =>
      ['policy', 'secrets', 'profile'].includes(from) &&
      effects.includes(to) &&
      !SCAN_THREADS.includes(file),
  );
  expect(wrong).toEqual([]);
});
