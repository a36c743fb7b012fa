import type { Json } from '../../policy/types.ts';
import { asTarget, joinTargets } from '../providers/weigh.ts';
import { compileJsonPath } from './json-path.ts';

export interface Fillers {
  parameters: Readonly<Record<string, string>>;
  body: Json;
  query: ReadonlyMap<string, readonly string[]>;
}

/** `{owner}/{repo}`, `{body.channel}`, `{query.id}` with what a request has there; null when it has none of it. */
export function compileFill(written: string): (fillers: Fillers) => string | null {
  const parts = written.split(/\{([^{}]+)\}/);
  const getters = parts.map((part, index) => (index % 2 === 0 ? () => part : getter(part)));
  return (fillers) => {
    const values = getters.map((get) => get(fillers));
    const holes = values.filter((_, index) => index % 2 === 1);
    if (holes.length > 0 && holes.every((value) => value === null)) return null;
    return values.map((value) => value ?? '?').join('');
  };
}

function getter(name: string): (fillers: Fillers) => string | null {
  if (name.startsWith('query.')) {
    const key = name.slice('query.'.length);
    return ({ query }) => query.get(key)?.[0] ?? null;
  }
  if (name.startsWith('body.')) {
    const path = compileJsonPath(name.slice('body.'.length), true);
    return ({ body }) => {
      const found = path.find(body).flatMap(({ value }) => listed(value));
      return joinTargets(found);
    };
  }
  return ({ parameters }) => parameters[name] ?? null;
}

function listed(value: Json): string[] {
  return (Array.isArray(value) ? (value as Json[]) : [value]).flatMap((one) => asTarget(one) ?? []);
}
