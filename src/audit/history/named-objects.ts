import { decodePath } from '../../byte-path.ts';
import { gitOutput, type GitPlace } from '../git.ts';
import { WHAT } from './commits.ts';

/** What a ref or a tag names that is no commit. */
export interface NamedObject {
  /** Of the ref, or the object's own where none was said. */
  name: string;
  id: string;
  type: 'tag' | 'tree' | 'blob';
  /** Of a file in a folder; empty otherwise. */
  path: string;
}

const OBJECT = /^[0-9a-f]{40,64}$/;

/** Of the ranges what is not left out, or of all refs. */
export async function objectsNamed(
  ranges: readonly string[],
  place: GitPlace,
): Promise<NamedObject[]> {
  const lines =
    ranges.length === 0
      ? await linesOf(
          ['for-each-ref', '--format=%(objecttype) %(objectname) %(refname:short)'],
          place,
        )
      : await typesOf(await linesOf(['rev-parse', '--revs-only', ...ranges, '--'], place), place);
  return lines.flatMap((line) => {
    const [type, id = '', ...name] = line.split(' ');
    return object(type, id, name.join(' ') || id.slice(0, 12));
  });
}

/** `TYPE ID` for each. What is left out begins with `^`. */
async function typesOf(revisions: readonly string[], place: GitPlace): Promise<string[]> {
  const types: string[] = [];
  for (const id of new Set(revisions.filter((each) => OBJECT.test(each)))) {
    const type = await gitOutput(['cat-file', '-t', id], place, WHAT);
    types.push(`${type.toString('latin1').trim()} ${id}`);
  }
  return types;
}

/** What a tag's first lines name: `object ID`, `type TYPE` (git-mktag(1)). */
export function taggedIn(tag: Buffer, name: string): NamedObject[] {
  const match = /^object ([0-9a-f]{40,64})\ntype ([a-z]{3,6})\n/.exec(
    tag.toString('latin1', 0, 200),
  );
  return object(match?.[2], match?.[1] ?? '', name);
}

export async function filesOfTree(tree: NamedObject, place: GitPlace): Promise<NamedObject[]> {
  const list = await gitOutput(['ls-tree', '-r', '-z', '--full-tree', tree.id], place, WHAT);
  const files: NamedObject[] = [];
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at);
    const tab = list.indexOf(9, at);
    const [, type, id = ''] = list.toString('latin1', at, tab).split(' ');
    if (type === 'blob')
      files.push({ ...tree, type, id, path: decodePath(list.subarray(tab + 1, end)) });
    at = end + 1;
  }
  return files;
}

function object(type: string | undefined, id: string, name: string): NamedObject[] {
  return type === 'tag' || type === 'tree' || type === 'blob' ? [{ name, id, type, path: '' }] : [];
}

async function linesOf(args: readonly string[], place: GitPlace): Promise<string[]> {
  const output = await gitOutput(args, place, WHAT);
  return output.toString('utf8').split('\n').filter(Boolean);
}
