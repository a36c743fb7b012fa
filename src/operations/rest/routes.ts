import type { CallView } from './view.ts';
import { compileTemplate, matchTemplate, type Match, type Template } from './template.ts';

export interface Route {
  written: string;
  /** `*` for any. */
  method: string;
  template: Template;
}

export function compileRoute(written: string): Route {
  const at = written.indexOf(' ');
  return {
    written,
    method: written.slice(0, at),
    template: compileTemplate(written.slice(at + 1)),
  };
}

export function matchRoute(route: Route, method: string, path: readonly string[]): Match | null {
  if (route.method !== '*' && route.method !== method) return null;
  return matchTemplate(route.template, path);
}

/** In any of the ways to read a request. */
export function matchesRoute(route: Route, view: Pick<CallView, 'methods' | 'paths'>): boolean {
  return view.methods.some((method) =>
    view.paths.readings.some((path) => matchRoute(route, method, path) !== null),
  );
}

export function matchesTemplate(template: Template, { paths }: Pick<CallView, 'paths'>): boolean {
  return paths.readings.some((path) => matchTemplate(template, path) !== null);
}
