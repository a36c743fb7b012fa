import type { Operation } from '../../policy/types.ts';
import { gitOperations } from '../git/operations.ts';
import { gitBodyNeeded, readGit } from '../git/read.ts';
import { matchesTemplate } from '../rest/routes.ts';
import type { CallView } from '../rest/view.ts';
import type { BodyNeed, CallHead } from '../types.ts';
import type { Provider } from './compile.ts';

export interface GitCall {
  operations: Operation[];
  /** Whichever way the path is read, it is a repository's. */
  alone: boolean;
}

/** What is asked of a repository of the provider's, in any way to read the path; null where it is none. */
export function readGitCall(provider: Provider, view: CallView): GitCall | null {
  const { call } = view;
  if (!speaks(provider, view)) return null;
  for (const path of spellings(call.path, view)) {
    const request = readGit({ ...call, path });
    if (request) return { operations: [...gitOperations(request)], alone: isAlone(view) };
  }
  return null;
}

function isAlone({ call, methods, paths }: CallView): boolean {
  const isGit = (path: string): boolean => gitBodyNeeded({ method: call.method, path }) !== null;
  return (
    methods.every((method) => ['GET', 'HEAD', 'POST'].includes(method)) &&
    paths.doubtful === null &&
    paths.readings.every((segments) => {
      const path = `/${segments.map(encodeMarks).join('/')}`;
      return isGit(path) || isGit(foldWords(path));
    })
  );
}

export function gitNeeds(
  provider: Provider,
  head: CallHead,
  view: Pick<CallView, 'paths'>,
): BodyNeed | null {
  if (!speaks(provider, view)) return null;
  for (const path of spellings(head.path, view)) {
    const need = gitBodyNeeded({ method: head.method, path });
    if (need) return need;
  }
  return null;
}

function speaks(provider: Provider, view: Pick<CallView, 'paths'>): boolean {
  return provider.git.some((template) => matchesTemplate(template, view));
}

/** As sent, then plainly; the words of the protocol are in small letters. */
function spellings(path: string, { paths }: Pick<CallView, 'paths'>): string[] {
  const mark = path.indexOf('?');
  const query = mark < 0 ? '' : path.slice(mark);
  const plain = paths.readings.map((segments) => `/${segments.map(encodeMarks).join('/')}`);
  const folded = plain.map(foldWords);
  return [...new Set([path, ...[...plain, ...folded].map((each) => each + query)])];
}

function foldWords(path: string): string {
  return path.replace(/\/(?:info\/[^]*|git-[\w-]+|HEAD)$/i, (words) => words.toLowerCase());
}

function encodeMarks(segment: string): string {
  return segment.replace(/[%?#]/g, encodeURIComponent);
}
