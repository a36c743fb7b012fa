import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { ShimOrder } from '../exec/protocol.ts';
import type { MountStep, SandboxPlan } from '../sandbox/plan.ts';
import { isVisible } from '../sandbox/visible.ts';

const SHIMS_INSIDE = '/run/guard/shims';
const REAL_INSIDE = '/run/guard/real';
const CALLS_INSIDE = '/run/guard/calls';
/** A program larger than this is not compared with others of its length: it has no copy that is part of it. */
const COPY_LIMIT = 64 * 1024 * 1024;

export interface ShimSpec {
  broker: string;
  /** Name of a program; letters, digits, `.`, `_` and `-` only. */
  program: string;
  /** See {@link ShimOrder}. */
  words: string[] | null;
}

export interface SessionShims {
  orders: ShimOrder[];
  /** With the shims in it: first on PATH, and over the real files. */
  plan: SandboxPlan;
}

/**
 * Writes a shim for each program that the session would find, and puts them into the plan. A program that is a plain
 * binary is covered wherever it is found, because an absolute path must meet the shim too; a script finds its package
 * beside itself, so it stays where it is, and the exec gate turns away who calls it by path.
 * @param folder of the session's own on the host, made here
 */
export function layShims(
  specs: readonly ShimSpec[],
  folder: string,
  plan: SandboxPlan,
): SessionShims {
  const path = (plan.env.PATH ?? '').split(':').filter((part) => part.startsWith('/'));
  const [bin, real, calls] = ['bin', 'real', 'calls'].map((part) => join(folder, part)) as [
    string,
    string,
    string,
  ];
  for (const part of [folder, bin, real, calls]) mkdirSync(part, { mode: 0o700 });
  const orders: ShimOrder[] = [];
  const [own, over]: [MountStep[], MountStep[]] = [[], []];
  for (const { broker, program, words } of specs) {
    const found = findOnPath(program, path, plan.mounts);
    if (!found) continue;
    const file = join(bin, program);
    const plain = isElf(found) && basename(found) === program;
    writeFileSync(file, plain ? overText(program) : besideText(found), { mode: 0o755 });
    chmodSync(file, 0o755);
    if (plain) {
      const { files, names } = furtherNames(program, found, path);
      mkdirSync(join(real, program), { mode: 0o700 });
      writeFileSync(join(real, program, program), '');
      for (const name of names) symlinkSync(program, join(real, program, name));
      own.push(readOnly(found, `${REAL_INSIDE}/${program}/${program}`));
      over.push(
        ...[found, ...files]
          .filter((each) => isVisible(each, plan.mounts))
          .map((each) => readOnly(file, each)),
      );
    }
    const { dev, ino } = statSync(file);
    orders.push({ broker, program, file: `${dev}:${ino}`, real: found, over: plain, words, calls });
  }
  if (orders.length === 0) return { orders, plan };
  const folders = [
    readOnly(bin, SHIMS_INSIDE),
    readOnly(real, REAL_INSIDE),
    readOnly(calls, CALLS_INSIDE),
  ];
  return { orders, plan: withMounts(plan, [...folders, ...own], over) };
}

function withMounts(plan: SandboxPlan, own: MountStep[], over: MountStep[]): SandboxPlan {
  const at = plan.mounts.findIndex((step) => step.op === 'remount-ro');
  const { PATH } = plan.env;
  return {
    ...plan,
    mounts: [...plan.mounts.slice(0, at), ...own, ...over, ...plan.mounts.slice(at)],
    env: { ...plan.env, PATH: PATH ? `${SHIMS_INSIDE}:${PATH}` : SHIMS_INSIDE },
  };
}

/**
 * The shim itself has no variable: a name of the caller's environment would be changed for the real program. The real one
 * is started by the name it was called by, because some programs are several by their name.
 */
function overText(program: string): string {
  const real = `${REAL_INSIDE}/${program}`;
  return `${head(program)}[ -e "${real}/\${0##*/}" ] && exec "${real}/\${0##*/}" "$@"
exec ${real}/${program} "$@"
`;
}

function besideText(real: string): string {
  return `${head(basename(real))}exec '${real.replaceAll("'", "'\\''")}' "$@"\n`;
}

function head(program: string): string {
  return `#!/bin/sh
# guard's: a call that needs a credential is made by guard, and what it ended with is read here.
# Any other call of ${program} goes on to the real one.
if [ -p ${CALLS_INSIDE}/$$ ]; then
  read -r code <${CALLS_INSIDE}/$$ || code=125
  exit "\${code:-125}"
fi
`;
}

function readOnly(source: string, target: string): MountStep {
  return { op: 'ro-bind', source, target };
}

/** The file behind the first of that name that the session can execute, links resolved. */
function findOnPath(
  program: string,
  path: readonly string[],
  mounts: readonly MountStep[],
): string | null {
  for (const folder of path) {
    const name = join(folder, program);
    try {
      const stats = statSync(name);
      const real = realpathSync(name);
      if (stats.isFile() && (stats.mode & 0o111) !== 0 && isVisible(real, mounts)) return real;
    } catch {
      continue;
    }
  }
  return null;
}

/**
 * Other files that are the same program, and other names it answers to: beside it on PATH, and where git keeps its own
 * (git(1), `--exec-path`), which distributions make links or copies of the program itself.
 */
function furtherNames(
  program: string,
  real: string,
  path: readonly string[],
): { files: string[]; names: string[] } {
  const prefix = dirname(dirname(real));
  const cores = ['lib', 'libexec'].map((name) => join(prefix, name, `${program}-core`));
  const files = new Set<string>();
  const names = new Set<string>();
  const known = new Map([[real, true]]);
  for (const folder of new Set([...path, ...cores]))
    for (const name of programsLike(program, folder)) {
      const file = leadsTo(join(folder, name));
      if (file === null) continue;
      // Some hundred names of git's lead to a few files.
      if (!known.has(file)) known.set(file, isSameProgram(real, file));
      if (!known.get(file)) continue;
      if (file !== real) files.add(file);
      if (name !== program) names.add(name);
    }
  return { files: [...files], names: [...names] };
}

function programsLike(program: string, folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith(program));
  } catch {
    return [];
  }
}

function leadsTo(name: string): string | null {
  try {
    return realpathSync(name);
  } catch {
    return null;
  }
}

/** A hard link, or a copy. */
function isSameProgram(real: string, file: string): boolean {
  try {
    const [one, other] = [lstatSync(real), lstatSync(file)];
    if (!other.isFile() || one.size !== other.size) return false;
    if (one.dev === other.dev && one.ino === other.ino) return true;
    return one.size <= COPY_LIMIT && hash(real) === hash(file);
  } catch {
    return false;
  }
}

function hash(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function isElf(file: string): boolean {
  const start = Buffer.alloc(4);
  try {
    const fd = openSync(file, 'r');
    try {
      readSync(fd, start);
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
  return start.equals(Buffer.from('\x7fELF', 'latin1'));
}
