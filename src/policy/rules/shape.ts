/** A value of a pack that is not as it must be: `path` says where. */
export class ShapeError extends Error {
  readonly path: (string | number)[];
  constructor(path: (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}

type Path = (string | number)[];
type Keys = Record<string, (value: unknown, path: Path) => unknown>;

/** A mapping with these keys and no others. @throws ShapeError */
export function mapping(
  value: unknown,
  path: Path,
  keys: Keys,
  required: string[] = [],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeError(path, 'must be a mapping');
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const read = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (!read)
      throw new ShapeError(
        [...path, key],
        `is no key here; known are ${Object.keys(keys).join(', ')}`,
      );
    out[key] = read(inner, [...path, key]);
  }
  for (const key of required)
    if (out[key] === undefined) throw new ShapeError(path, `has no "${key}"`);
  return out;
}

/** A mapping from free names. @throws ShapeError */
export function named<T>(
  value: unknown,
  path: Path,
  read: (value: unknown, path: Path) => T,
): Record<string, T> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ShapeError(path, 'must be a mapping');
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, read(inner, [...path, key])]),
  );
}

export function text(value: unknown, path: Path): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new ShapeError(path, 'must be text (in quotes where YAML would read something else)');
  return value;
}

export function flag(value: unknown, path: Path): boolean {
  if (typeof value !== 'boolean') throw new ShapeError(path, 'must be true or false');
  return value;
}

export function count(value: unknown, path: Path): number {
  if (!Number.isInteger(value) || (value as number) < 0)
    throw new ShapeError(path, 'must be a whole number');
  return value as number;
}

export function oneOf<T extends string>(choices: readonly T[]): (value: unknown, path: Path) => T {
  return (value, path) => {
    if (!choices.includes(value as T))
      throw new ShapeError(path, `must be one of ${choices.join(', ')}`);
    return value as T;
  };
}

/** One or a list of them, lists in lists flattened so that aliases can be combined. */
export function list<T>(
  read: (value: unknown, path: Path) => T,
): (value: unknown, path: Path) => T[] {
  return (value, path) => {
    if (!Array.isArray(value)) return [read(value, path)];
    return (value as unknown[]).flatMap((inner, index) =>
      Array.isArray(inner) ? list(read)(inner, [...path, index]) : [read(inner, [...path, index])],
    );
  };
}
