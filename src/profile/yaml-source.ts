import { isAlias, isCollection, isMap, isNode, isPair, isScalar, isSeq } from 'yaml';
import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { printable } from '../printable.ts';
import { ProfileError, type Problem } from './problem.ts';
import { exceedsBounds } from './yaml-bounds.ts';

export interface Position {
  line: number;
  column: number;
}

/** A YAML document as plain data, with the place of everything in it. */
export interface YamlSource {
  data: unknown;
  /** Where the value of a path stands; the nearest parent's place when there is no such value. */
  valueAt(path: readonly PropertyKey[]): Position;
  /** Where the last key of a path stands. */
  keyAt(path: readonly PropertyKey[]): Position;
}

/** Parses one YAML 1.2 document of plain maps, lists and scalars. Throws ProfileError with every problem found. */
export function parseYaml(text: string, file: string): YamlSource {
  const problem = (at: Position, message: string, fix: string): Problem => ({
    file,
    ...at,
    key: '',
    message,
    fix,
  });
  const bounds = exceedsBounds(text);
  if (bounds) {
    const at = { line: bounds.line, column: 1 };
    throw new ProfileError([problem(at, bounds.message, 'Write a plain, flat profile')]);
  }
  const counter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.2',
    lineCounter: counter,
    prettyErrors: false,
    stringKeys: true,
    // Not `silent`: that drops the error about a second document, and the document with it.
    logLevel: 'error',
  });
  const place = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = [...document.errors, ...document.warnings].slice(0, 20).map((error) => {
    const [message, fix] = explain(error.code, error.message);
    return problem(place(error.pos[0]), message, fix);
  });
  for (const { offset, message, fix } of refusedNodes(document))
    problems.push(problem(place(offset), message, fix));
  if (!problems.length) problems.push(...wrongRoot(document, problem));
  if (problems.length) throw new ProfileError(problems);
  return {
    data: document.toJS({ maxAliasCount: 0 }) as unknown,
    valueAt: (path) => place(offsetOf(document, path, 'value')),
    keyAt: (path) => place(offsetOf(document, path, 'key')),
  };
}

const EXPLAINED: Record<string, [string, string]> = {
  DUPLICATE_KEY: ['this key stands here a second time', 'Put everything under one of the two'],
  MULTIPLE_DOCS: ['more than one document', 'Remove the "---" and all after it'],
  TAB_AS_INDENT: ['a tab is used to indent', 'Indent with spaces'],
  NON_STRING_KEY: ['a key that is not plain text', 'Write a word as the key'],
};

function explain(code: string, message: string): [string, string] {
  return (
    EXPLAINED[code] ?? [`not valid YAML: ${printable(message, 200)}`, 'Mend the line, or quote it']
  );
}

interface Refused {
  offset: number;
  message: string;
  fix: string;
}

/** Aliases (which can grow without bound), tags and keys that JavaScript treats specially. */
function refusedNodes(document: Document): Refused[] {
  const found: Refused[] = [];
  visit(document, (_, node) => {
    if (found.length >= 20) return visit.BREAK;
    const target = isPair(node) ? node.key : node;
    const offset = isNode(target) ? (target.range?.[0] ?? 0) : 0;
    if (isAlias(node) || (isNode(node) && 'anchor' in node && node.anchor))
      found.push({ offset, message: 'an anchor or alias', fix: 'Write the value out' });
    else if (isNode(node) && node.tag && !/^tag:yaml\.org,2002:(map|seq|str)$/.test(node.tag))
      found.push({ offset, message: 'a tag', fix: 'Remove the word that starts with "!"' });
    if (isPair(node) && isScalar(node.key) && ['__proto__', '<<'].includes(String(node.key.value)))
      found.push({ offset, message: 'this key is not allowed', fix: 'Remove it' });
    return undefined;
  });
  return found;
}

function wrongRoot(
  { contents }: Document,
  problem: (at: Position, message: string, fix: string) => Problem,
): Problem[] {
  const start = { line: 1, column: 1 };
  if (isMap(contents)) return [];
  return contents === null || (isScalar(contents) && contents.value === null)
    ? [problem(start, 'the profile is empty', 'Start it with "version: 1"')]
    : [problem(start, 'expected keys such as "version: 1"', 'Start it with "version: 1"')];
}

function offsetOf(
  document: Document,
  path: readonly PropertyKey[],
  which: 'key' | 'value',
): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const [index, part] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (!pair) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      if (which === 'key' && index === path.length - 1) return offset;
      node = pair.value;
    } else if (isSeq(node)) node = node.items[Number(part)];
    else return offset;
    // A block's own place is its first line, one below its key: the key says more.
    if (isNode(node) && (!isCollection(node) || node.flow)) offset = node.range?.[0] ?? offset;
    else if (isCollection(node) && typeof part === 'number') offset = node.range?.[0] ?? offset;
  }
  return offset;
}
