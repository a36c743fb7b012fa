import { has, valuesOf, type Scope } from './scope.ts';

/** Which files a command is about to remove, or to do something to that is as final. */
export interface Removal {
  label: 'removes' | 'moves' | 'destroys' | 'searches' | 'affects';
  targets: readonly string[];
  /** Folders go with everything in them; otherwise the command leaves folders alone. */
  recursive: boolean;
  /** Does a link that is named stand for what it leads to? */
  throughLinks: boolean;
  /** For `searches`: only some of what is there will go. */
  note?: string;
}

/** Null for a command that removes no files, or none that its words tell. */
export function removalOf(scope: Scope): Removal | null {
  const { command, path, operands } = scope.invocation;
  const plain = { targets: operands, recursive: false, throughLinks: false };
  switch ([command, ...path].join(' ')) {
    case 'rm':
      return { ...plain, label: 'removes', recursive: has(scope, 'recursive', 'R') };
    case 'unlink':
      return { ...plain, label: 'removes' };
    case 'shred':
    case 'truncate':
      return { ...plain, label: 'destroys', throughLinks: true };
    case 'dd':
      return { ...plain, label: 'destroys', targets: outputs(operands), throughLinks: true };
    case 'mv':
      return { ...plain, label: 'moves', targets: sources(scope), recursive: true };
    case 'find':
      return found(scope);
    case 'rsync':
      return received(scope);
    case 'git worktree remove':
      return { ...plain, label: 'removes', recursive: true };
    default:
      return null;
  }
}

function outputs(operands: readonly string[]): string[] {
  return operands.filter((word) => word.startsWith('of=')).map((word) => word.slice(3));
}

function sources(scope: Scope): readonly string[] {
  const { operands } = scope.invocation;
  return has(scope, 'target-directory') ? operands : operands.slice(0, -1);
}

/** Options of find that change nothing about what is found. */
const UNSELECTIVE = new Set(['delete', 'depth', 'd', 'P', 'help', 'version']);

/** What matches is for find to say, unless everything does. */
function found(scope: Scope): Removal {
  const { operands, flags } = scope.invocation;
  const targets = operands.filter((word) => !['!', '(', ')', ','].includes(word));
  const whole =
    targets.length === operands.length && [...flags.keys()].every((flag) => UNSELECTIVE.has(flag));
  const common = { targets, recursive: true, throughLinks: has(scope, 'H', 'L') };
  if (whole) return { ...common, label: 'removes' };
  const note = has(scope, 'L') ? 'only what matches goes; links were not followed' : undefined;
  return { ...common, label: 'searches', note: note ?? 'only what matches goes' };
}

function received(scope: Scope): Removal | null {
  const { operands } = scope.invocation;
  const sends = has(scope, 'remove-source-files');
  const named = sends ? operands.slice(0, -1) : operands.slice(-1);
  // HOST:PATH, HOST::MODULE and rsync://: another machine.
  const local = named.filter((word) => !/^[^/]*:/.test(word));
  if (local.length === 0 || valuesOf(scope, 'rsh').length) return null;
  const note = sends ? 'what is sent goes' : 'what the sending side does not have goes';
  return { label: 'searches', targets: local, recursive: true, throughLinks: true, note };
}
