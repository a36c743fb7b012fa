import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { secretForms } from '../../src/secrets/secret-forms.ts';

/** Names of the secrets that occur in any of the texts, as they are or encoded, also across lines of a dump. */
export function leaks(
  secrets: Readonly<Record<string, string>>,
  texts: readonly (string | Buffer)[],
): string[] {
  const hay = texts.map((text) => (typeof text === 'string' ? text : text.toString('latin1')));
  const joined = hay.map((text) => text.replaceAll(/\\n|\s/g, ''));
  return Object.entries(secrets)
    .filter(([, value]) =>
      secretForms(value).some((form) => [...hay, ...joined].some((text) => text.includes(form))),
    )
    .map(([name]) => name);
}

/** The content of every file below a folder, but for some. */
export function contents(folder: string, but: readonly string[] = []): Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !but.includes(path))
    .map((path) => readFileSync(path));
}
