export interface GitSetting {
  /** `section.key` or `section.subsection.key`; section and key in lower case. */
  key: string;
  value: string;
}

const SECTION = /^\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\\n]|\\.)*)")?\s*\]/;
const KEY = /^([A-Za-z][A-Za-z0-9-]*)[ \t]*/;

/** The settings of a git configuration file (git-config(1), Syntax), or null where git would call it broken. */
export function parseGitConfig(text: string): GitSetting[] | null {
  const settings: GitSetting[] = [];
  let section = '';
  let rest = text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  for (;;) {
    rest = rest.replace(/^(?:\s+|[#;][^\n]*)+/, '');
    if (rest === '') return settings;
    const heading = SECTION.exec(rest);
    if (heading) {
      const sub = heading[2]?.replace(/\\(.)/g, '$1');
      section = (heading[1] ?? '').toLowerCase() + (sub === undefined ? '' : `.${sub}`);
      rest = rest.slice(heading[0].length);
      continue;
    }
    const key = KEY.exec(rest);
    if (!key || section === '') return null;
    rest = rest.slice(key[0].length);
    const value = readValue(rest);
    if (!value) return null;
    settings.push({ key: `${section}.${(key[1] ?? '').toLowerCase()}`, value: value.value });
    rest = rest.slice(value.length);
  }
}

/** `= value` up to the end of the line: quotes, escapes, comments, lines continued with a backslash. */
function readValue(text: string): { value: string; length: number } | null {
  if (text === '' || text[0] === '\n') return { value: 'true', length: 0 };
  if (text[0] !== '=') return null;
  let at = 1;
  while (text[at] === ' ' || text[at] === '\t') at++;
  let value = '';
  let kept = 0;
  let quoted = false;
  for (; at < text.length; at++) {
    const c = text[at] ?? '';
    if (c === '\n') break;
    if (!quoted && (c === '#' || c === ';')) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      break;
    }
    if (c === '"') quoted = !quoted;
    else if (c === '\\') {
      const next = text[++at];
      const meant = { n: '\n', t: '\t', b: '\b', '"': '"', '\\': '\\', '\n': '' }[next ?? ''];
      if (meant === undefined) return null;
      value += meant;
    } else value += c;
    if (quoted || !/\s/.test(c)) kept = value.length;
  }
  return quoted ? null : { value: value.slice(0, kept), length: at };
}

/** The last value counts. */
export function settingOf(settings: readonly GitSetting[], key: string): string | undefined {
  return settings.findLast((setting) => setting.key === key)?.value;
}

/** What `git init`, `git clone` and everyday work write; none of it names a program or another file of settings. */
const INERT = [
  /^core\.(repositoryformatversion|filemode|bare|logallrefupdates|symlinks|ignorecase|precomposeunicode|autocrlf|eol|safecrlf|abbrev|quotepath|compression|sparsecheckout|sparsecheckoutcone|checkstat|trustctime|bigfilethreshold)$/,
  /^extensions\.(objectformat|partialclone|refstorage|compatobjectformat)$/,
  /^remote\..*\.(fetch|push|mirror|prune|tagopt|promisor|partialclonefilter|skipdefaultupdate)$/,
  /^branch\..*\.(remote|merge|rebase|description|pushremote)$/,
  /^submodule\..*\.(active|branch)$/,
  /^user\.(name|email)$/,
  /^(init\.defaultbranch|pull\.(rebase|ff)|push\.(default|autosetupremote)|fetch\.prune|merge\.conflictstyle|index\.version)$/,
];
/** Keys whose value is a URL: `ext::` and other remote helpers run programs (gitremote-helpers(7)). */
const URL_KEYS = /^(remote\..*\.(url|pushurl)|submodule\..*\.url)$/;
const PLAIN_URL = /^(https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/|\.{0,2}\/|[\w.-]+@[\w.-]+:)(?!.*::)/;

/** Can these settings make git run a program, or read settings from elsewhere? Unknown keys can. */
export function isInertGitConfig(text: string): boolean {
  const settings = parseGitConfig(text);
  return (
    settings?.every(
      ({ key, value }) =>
        INERT.some((known) => known.test(key)) || (URL_KEYS.test(key) && PLAIN_URL.test(value)),
    ) ?? false
  );
}
