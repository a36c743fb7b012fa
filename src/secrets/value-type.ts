import { createRequire } from 'node:module';

type ParseVariables = (
  variables: Record<string, string>,
  options: { assignToProcessEnv: boolean },
) => Record<string, unknown>;

let loaded: ParseVariables | undefined;

/**
 * What a program that reads its settings with `dotenv-parse-variables` takes this value for. Only the shape of the
 * value is shown to that package (every digit as 1), because it prints what it parses when `DEBUG` names it, and only
 * the type is taken from it.
 */
export function valueType(value: string): 'boolean' | 'number' | 'list' | 'text' {
  loaded ??= load();
  // The package knows nothing else, and what cannot be one of these is not shown to it at all.
  if (!/^(true|false|[-+.\d]+)$/i.test(value) && !value.includes(',')) return 'text';
  const shape = /^(true|false)$/i.test(value)
    ? value
    : value.replace(/\d/g, '1').replace(/[A-Za-z]/g, 'z');
  const typed = loaded({ VALUE: shape }, { assignToProcessEnv: false })['VALUE'];
  if (Array.isArray(typed)) return 'list';
  if (typeof typed === 'boolean') return 'boolean';
  return typeof typed === 'number' ? 'number' : 'text';
}

/** Loaded when the first value is judged, and without `DEBUG`, which the package reads once, while it loads. */
function load(): ParseVariables {
  const debug = process.env['DEBUG'];
  delete process.env['DEBUG'];
  try {
    return createRequire(import.meta.url)('dotenv-parse-variables') as ParseVariables;
  } finally {
    if (debug !== undefined) process.env['DEBUG'] = debug;
  }
}
