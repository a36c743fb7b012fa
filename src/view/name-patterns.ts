import micromatch from 'micromatch';
import { nameGate } from './name-gate.ts';
import type { EffectiveProfile, Sourced } from '../profile/types.ts';

/** `spans`: found by what the file holds; only the secrets in it are replaced. */
export type CoverKind = 'spans' | 'redact' | 'hide';

export interface SecretName {
  kind: Exclude<CoverKind, 'spans'>;
  /** The pattern as written in the profile. */
  pattern: string;
}

/** A profile's file patterns, compiled once. Paths are relative to the repository, without a leading `./`. */
export interface NamePatterns {
  /** Is the file secret by its own name, without a look at the folders above it? For a folder: is everything in it? */
  secret: (path: string) => SecretName | null;
  /** Also when a folder above it is secret as a whole. */
  secretBelow: (path: string) => SecretName | null;
  /** Is a path below a folder that is secret as a whole taken back by `expose`? */
  exposes: (path: string, covered: SecretName) => boolean;
  /**
   * May what the file holds be seen, whatever that is? Where the user or the repository's trusted profile
   * names it; what the defaults except is about names, and a template can hold a real secret by mistake.
   */
  exposesContent: (path: string) => boolean;
  /** The pattern that makes this path read-only. */
  protect: (path: string) => string | null;
}

interface Rule {
  pattern: string;
  kind: SecretName['kind'];
  layer: string;
  /** Characters that stand for themselves: the more, the more specific. */
  literals: number;
  matches(path: string, base: string): boolean;
}

/** `s`: a file name may hold a line break, and `**` must not stop there. */
const FLAGS = 's';

export function compileNames(files: EffectiveProfile['files']): NamePatterns {
  // The strictest first: a file named by both is hidden.
  const covers = [...rules(files.hide, 'hide'), ...rules(files.redact, 'redact')];
  const exposed = rules(files.expose, 'redact');
  const gate = nameGate([...files.hide, ...files.redact].map(({ value }) => value));
  const protects = rules(files.protect, 'hide');
  const protectGate = nameGate(files.protect.map(({ value }) => value));

  const secret = (path: string): SecretName | null => {
    const base = path.slice(path.lastIndexOf('/') + 1);
    if (!gate(base)) return null;
    const exposing = exposed.filter((rule) => rule.matches(path, base));
    const rule = covers.find(
      (cover) => cover.matches(path, base) && !exposing.some((e) => takesBack(e, cover)),
    );
    return rule ? { kind: rule.kind, pattern: rule.pattern } : null;
  };
  const exposes = (path: string, covered: SecretName): boolean => {
    const base = path.slice(path.lastIndexOf('/') + 1);
    const cover = covers.find((c) => c.pattern === covered.pattern && c.kind === covered.kind);
    return !!cover && exposed.some((e) => e.matches(path, base) && takesBack(e, cover));
  };
  const opened = exposed.filter(({ layer }) => layer !== 'default');
  return {
    secret,
    exposes,
    exposesContent(path) {
      const base = path.slice(path.lastIndexOf('/') + 1);
      return opened.some((rule) => rule.matches(path, base));
    },
    secretBelow(path) {
      const own = secret(path);
      for (let at = path.indexOf('/'); !own && at > 0; at = path.indexOf('/', at + 1)) {
        const above = secret(path.slice(0, at));
        if (above) return exposes(path, above) ? null : above;
      }
      return own;
    },
    protect(path) {
      const base = path.slice(path.lastIndexOf('/') + 1);
      if (!protectGate(base)) return null;
      return protects.find((rule) => rule.matches(path, base))?.pattern ?? null;
    },
  };
}

/**
 * Defaults may be taken back by every layer, what a layer itself asks for only by that layer and more exactly:
 * a repository cannot uncover what its user covers, nor a user what the organisation does.
 */
function takesBack(expose: Rule, cover: Rule): boolean {
  if (expose.layer === cover.layer) return expose.literals > cover.literals;
  return cover.layer === 'default';
}

function rules(patterns: readonly Sourced<string>[], kind: SecretName['kind']): Rule[] {
  return patterns.map(({ value, source }) => {
    return {
      pattern: value,
      kind,
      layer: source.layer,
      literals: value.replace(/\[[^\]]*\]|[*?{},/]/g, '').length,
      matches: matcher(value),
    };
  });
}

/** Characters that mean something in a glob of micromatch. */
const GLOB = /[*?[\]{}()!+@|\\]/;

/** Most patterns are a name or an ending: compiling them as globs is half of what planning a small view takes. */
function matcher(pattern: string): Rule['matches'] {
  const wholePath = pattern.includes('/');
  if (!wholePath && !GLOB.test(pattern)) return (_, base) => base === pattern;
  const ending = pattern.slice(1);
  if (!wholePath && pattern.startsWith('*.') && !GLOB.test(ending))
    return (_, base) => base.endsWith(ending);
  let expression: RegExp | undefined;
  return (path, base) => {
    expression ??= new RegExp(expressionOf(pattern), FLAGS);
    return expression.test(wholePath ? path : base);
  };
}

/** What covers everything in a folder covers the folder, which may be a link. */
function expressionOf(pattern: string): string {
  const { source } = micromatch.makeRe(pattern, { dot: true });
  const folder = pattern.endsWith('/**') ? `|(?:${expressionOf(pattern.slice(0, -3))})` : '';
  return `(?:${source})${folder}`;
}
