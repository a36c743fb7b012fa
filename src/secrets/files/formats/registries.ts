import type { Match } from '../../engine/detector.ts';
import { codeFields } from '../code-fields.ts';
import { isCredentialName } from '../credential-name.ts';
import type { Field } from '../field.ts';
import { bounded, fieldMatches, inOrder, settings, type Format } from '../format.ts';
import { iniFields } from '../ini-fields.ts';
import { jsonFields } from '../json-fields.ts';
import { isSecretValue } from '../secret-part.ts';
import { xmlFields } from '../xml-fields.ts';
import { yamlFields } from '../yaml-fields.ts';

/** `//registry.npmjs.org/:_authToken=…`: what is behind the last colon of the key says what it is (npmrc(5)). */
const NPM_SECRETS = new Set(['_authtoken', '_auth', '_password', 'key', '_token']);

function npmSecret({ name }: Field): boolean {
  return NPM_SECRETS.has(name.slice(name.lastIndexOf(':') + 1).toLowerCase());
}

/** npmrc(5) separates by `=` alone: a key holds colons. `;` and `#` begin a comment where they follow white space. */
const npmrc = settings((text) => iniFields(text, { separators: '=', trailing: ';#' }), npmSecret);

/** yarn 1: `"//registry/:_authToken" token`, without a separator. */
const YARN_LINE =
  /^[ \t]*"?([^"\s]{0,512}(?:_authToken|_auth|_password))"?[ \t]+(?:"([^"\r\n]{1,4096})"|([^\s"]{1,4096}))/gim;

function readYarnrc(text: string): Match[] {
  const source = bounded(text);
  const found: Match[] = [];
  for (const match of source.matchAll(YARN_LINE)) {
    const value = match[2] ?? match[3] ?? '';
    const end = match.index + match[0].length - (match[2] === undefined ? 0 : 1);
    if (isSecretValue(value)) found.push({ start: end - value.length, end });
  }
  return found;
}

const yarn2 = settings(yamlFields, ['npmAuthToken', 'npmAuthIdent']);
const ini = (text: string): Field[] => iniFields(text);
const pip = (text: string): Field[] => iniFields(text, { separators: '=:', continued: true });

/** `:rubygems_api_key: rubygems_…`; every key of the file is one, whatever the host is called (gem-signin). */
function readGem(text: string): Match[] {
  return inOrder(
    yamlFields(bounded(text)).flatMap((field) =>
      fieldMatches(field, ({ name }) => !/^:?(?:verbose|sources)$/.test(name)),
    ),
  );
}

/** `<packageSourceCredentials><SOURCE><add key="ClearTextPassword" …>`, `<apikeys><add key="URL" value="KEY">`. */
function nugetSecret({ name, above }: Field): boolean {
  const section = above.map((part) => part.toLowerCase());
  if (section.includes('apikeys')) return /^https?:\/\//i.test(name) || name === 'value';
  return /^(?:cleartext)?password$|^http_proxy\.password$/i.test(name);
}

/** Maven: `<password>`, `<passphrase>` of servers and proxies, `<master>`; encrypted ones are opened by the file beside it. */
function mavenWorth(value: string): boolean {
  return /^\{[A-Za-z0-9+/=]{16,}\}$/.test(value) || isSecretValue(value);
}

/** `auth.json` of composer: tokens stand under the host's name, which says nothing. */
const COMPOSER =
  /^(?:github-oauth|gitlab-oauth|gitlab-token|bearer|bitbucket-oauth|http-basic|custom-headers)$/;

function composerSecret({ name, above }: Field): boolean {
  return COMPOSER.test(above[0] ?? '') && !/^(?:username|consumer-key)$/.test(name);
}

/** `BUNDLE_GEMS__EXAMPLE__COM: user:password` (bundle-config(1)). */
function readBundle(text: string): Match[] {
  return inOrder(
    yamlFields(bounded(text)).flatMap(({ name, value, start, end }) => {
      if (!/^BUNDLE_.*(?:__|_TOKEN|_KEY)/.test(name)) return [];
      const colon = value.indexOf(':');
      const from = start + (colon < 0 ? 0 : colon + 1);
      const secret = value.slice(from - start);
      const likely = colon > 0 || /^\S*\d\S*$/.test(value);
      return value.length >= 12 && likely && !value.includes('/') && isSecretValue(secret)
        ? [{ start: from, end }]
        : [];
    }),
  );
}

const gradle = settings(
  (text) => iniFields(text, { comments: '#!' }),
  ({ name }) => isCredentialName(name),
);

export const REGISTRY_FORMATS: readonly Format[] = [
  { id: 'file.npmrc', at: ['.npmrc', 'npmrc', '.npmrc.*'], read: npmrc },
  { id: 'file.yarnrc', at: ['.yarnrc'], read: readYarnrc },
  { id: 'file.yarnrc', at: ['.yarnrc.yml', '.yarnrc.yaml'], read: yarn2 },
  {
    id: 'file.pypirc',
    at: ['.pypirc', 'pypirc'],
    read: settings((text) => iniFields(text, { separators: '=:' }), ['password']),
  },
  {
    id: 'file.pip',
    at: ['pip.conf', 'pip.ini', '.pip/pip.conf'],
    read: settings(pip, ['password']),
  },
  {
    id: 'file.poetry',
    at: ['pypoetry/auth.toml', 'uv/credentials/credentials.toml'],
    read: settings(ini),
  },
  { id: 'file.gem', at: ['.gem/credentials', 'gem/credentials'], read: readGem },
  { id: 'file.bundle', at: ['.bundle/config'], read: readBundle },
  {
    id: 'file.cargo',
    at: ['.cargo/credentials', '.cargo/credentials.toml'],
    read: settings(ini, ['token', 'secret-key']),
  },
  {
    id: 'file.nuget',
    at: ['nuget.config', '.nuget/nuget/nuget.config'],
    read: settings(xmlFields, nugetSecret),
  },
  {
    id: 'file.maven',
    at: [
      'settings-security.xml',
      '.m2/settings.xml',
      'settings.xml',
      '.m2/settings-security.xml',
      '*-settings.xml',
    ],
    read: settings(
      xmlFields,
      ['password', 'passphrase', 'master', 'privateKeyPassphrase'],
      mavenWorth,
    ),
  },
  {
    id: 'file.gradle',
    tier: 'likely',
    at: [
      'gradle.properties',
      'key.properties',
      'keystore.properties',
      'signing.properties',
      'local.properties',
    ],
    read: gradle,
  },
  {
    id: 'file.composer',
    at: ['auth.json', '.composer/auth.json'],
    read: settings(jsonFields, composerSecret),
  },
  { id: 'file.hex', at: ['.hex/hex.config'], read: settings(codeFields) },
  { id: 'file.conda', at: ['.condarc', 'anaconda-client/config.yaml'], read: settings(yamlFields) },
  { id: 'file.lein', at: ['.lein/credentials.clj'], read: readClojure },
];

/** `:password "…"` (Leiningen's deploy guide). */
function readClojure(text: string): Match[] {
  const source = bounded(text);
  return [...source.matchAll(/:(?:password|passphrase)[ \t\r\n]{1,32}"([^"\r\n]{3,512})"/g)]
    .filter(([, value = '']) => isSecretValue(value))
    .map((match) => {
      const end = match.index + match[0].length - 1;
      return { start: end - (match[1] ?? '').length, end };
    });
}
