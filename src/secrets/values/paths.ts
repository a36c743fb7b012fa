import type { Tier } from '../engine/detector.ts';

/** What a path says of what stands there. One path may be several of them. */
export interface PathTraits {
  /** Tests and what they are fed with: secrets in them are made up more often than not. */
  test: boolean;
  /** Documentation, examples, tutorials. */
  docs: boolean;
  /** A pattern to copy and fill in: `.env.example`, `config.sample.yml`. */
  sample: boolean;
  /** Made by a program: bundles, source maps, snapshots, protocol stubs. */
  generated: boolean;
  /** Pinned versions with their hashes. */
  lock: boolean;
  /** Somebody else's code. */
  dependency: boolean;
  /** Texts of a user interface in one language. */
  localisation: boolean;
}

const TEST =
  /(?:^|[/._-])(?:tests?|testing|__tests__|__mocks__|__snapshots__|specs?|fixtures?|mocks?|stubs?|e2e|cypress|testdata|test[_-]data|unittests?|benchmarks?|fuzz|selftests?)(?:[/._-]|$)|\/test[A-Z]|[a-z]Tests?(?:\/|\.[a-z]+$)|[a-z]Spec\.[a-z]+$/;
const DOCS =
  /(?:^|\/)(?:docs?|documentation|examples?|samples?|demos?|tutorials?|snippets?|man|javadoc|website|guides?|cookbook)(?:\/|$)|(?:^|\/)(?:readme|changelog|changes|history|contributing|news|copyright|license|install|upgrading|faq|security)(?:[._-][^/]{0,40})?$|\.(?:mdx?|rst|adoc|asciidoc|pod|texi|[1-8]|html?|tex)(?:\.gz)?$/i;
const SAMPLE =
  /(?:[._-](?:examples?|samples?|templates?|dist|tmpl|tpl|stub|schema)(?=\.[a-z]{1,6}$|$))|(?:^|\/)(?:example|sample|template)[._-]/i;
const GENERATED =
  /\.min\.(?:js|css|mjs)$|\.(?:map|snap|svg|pb\.go|bundle\.js|chunk\.js|tsbuildinfo)$|(?:^|[/._-])(?:generated|autogen|bundle|_next)(?:[/._-])|_pb2?\.(?:py|js)$|(?:^|\/)(?:dist|build|out)\/.{0,200}\.js$/i;
const LOCK =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|composer\.lock|Gemfile\.lock|Cargo\.lock|poetry\.lock|Pipfile\.lock|uv\.lock|pdm\.lock|go\.(?:sum|mod)|flake\.lock|mix\.lock|pubspec\.lock|Podfile\.lock|packages\.lock\.json|gradle\.lockfile|\.terraform\.lock\.hcl|deno\.lock|conan\.lock|[^/]+\.lock)$/;
const DEPENDENCY =
  /(?:^|\/)(?:node_modules|vendor|bower_components|third[_-]?party|site-packages|dist-packages|\.venv|venv|Pods|Carthage|\.cargo|\.gradle|\.m2|\.yarn|\.pnpm-store|jspm_packages|external|externals)\//;
const LOCALISATION =
  /(?:^|\/)(?:locales?|i18n|l10n|lang|langs|languages?|translations?|intl|messages|nls)\/|\.(?:po|pot|xlf|xliff|strings|arb|resx|ftl|lproj)$|(?:^|\/)(?:messages|strings|translations?|lang|labels)[._-][A-Za-z_-]{0,12}\.?(?:json|ya?ml|properties|js|ts|php)$/i;

export function pathTraits(path: string): PathTraits {
  return {
    test: TEST.test(path),
    docs: DOCS.test(path),
    sample: SAMPLE.test(path),
    generated: GENERATED.test(path),
    lock: LOCK.test(path),
    dependency: DEPENDENCY.test(path),
    localisation: LOCALISATION.test(path),
  };
}

/**
 * The tier of something known by its surroundings alone, in such a file: what is likely elsewhere is weak in a test or
 * in documentation, and what is weak elsewhere is nothing there.
 */
export function tierAt(path: string, tier: Tier): Tier | undefined {
  if (tier === 'certain') return tier;
  const known = lowered(path);
  if (known === 'none') return undefined;
  if (known === 'no') return tier;
  return tier === 'likely' ? 'weak' : undefined;
}

/**
 * Not raised again by what stands near: somebody else's code and what programs made; outside of tests, documentation and
 * samples there is nothing to raise.
 */
export function isOrdinary(path: string): boolean {
  return lowered(path) !== 'yes';
}

/** Documentation and nothing else: what it tells its readers is meant, what it shows them may be an example. */
export function isPage(path: string): boolean {
  const { docs, test, sample, generated, lock, dependency, localisation } = pathTraits(path);
  return docs && !(test || sample || generated || lock || dependency || localisation);
}

type Lowering = 'no' | 'yes' | 'far' | 'none';

/** The last answer: a scan asks for one file many times in a row. */
let last: { path: string; lowering: Lowering } = { path: '', lowering: 'no' };

function lowered(path: string): Lowering {
  if (last.path === path) return last.lowering;
  const traits = pathTraits(path);
  let lowering: Lowering = 'no';
  if (traits.lock || traits.localisation) lowering = 'none';
  else if (traits.generated || traits.dependency) lowering = 'far';
  else if (traits.test || traits.docs || traits.sample) lowering = 'yes';
  last = { path, lowering };
  return lowering;
}

const CODE =
  /\.(?:[cm]?[jt]sx?|py|pyi|pyx|go|java|kts?|scala|groovy|cs|vb|fs|c|cc|cpp|cxx|h|hh|hpp|hxx|m|mm|swift|rs|rb|php\d?|phtml|pl|pm|t|lua|dart|ex|exs|erl|hs|ml|mli|clj|cljs|r|jl|vue|svelte|coffee|s|asm|zig|nim|d|pas|f90|sol|gradle|css|s[ac]ss|less|jsp|asp|aspx|erb|ejs|twig|hbs|jinja2?|j2)$/i;
const SETTINGS =
  /\.(?:ya?ml|toml|ini|cfg|conf|cnf|config|properties|env|envrc|json5?|jsonc|xml|plist|tf|tfvars|hcl|nomad|service|netrc|reg|ovpn|desktop|prefs|settings|credentials|secrets?|auto\.tfvars)$|(?:^|\/)(?:\.env[^/]*|[^/]*\.env\.[a-z]+|Dockerfile[^/]*|[^/]*\.dockerfile|docker-compose[^/]*|\.[a-z]+rc|config|credentials|hosts|inventory|group_vars\/.*|host_vars\/.*|Vagrantfile|Jenkinsfile)$/i;

/**
 * In `code` a bare word is a name and only what is quoted is a value; in `settings` a bare word is a value; in other
 * files (scripts, notes, logs, standard input) it may be either.
 */
export function languageOf(path: string): 'code' | 'settings' | 'other' {
  if (CODE.test(path)) return 'code';
  return SETTINGS.test(path) ? 'settings' : 'other';
}
