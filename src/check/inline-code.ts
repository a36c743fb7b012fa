/** Commands that one-line programs of interpreters start, as far as they are spelled out. Nothing is run. */

export type InlineCommand = { text: string } | { argv: string[] };

/** Programs whose arguments may be code. */
const INTERPRETERS =
  /^(?:python[\d.]*|pypy3?|ipython3?|node|nodejs|bun|deno|tsx|ts-node|zx|perl[\d.]*|ruby[\d.]*|irb|php[\d.]*|lua[\d.]*|luajit|[gmn]?awk|tclsh|osascript|Rscript|R|julia|groovy|scala|elixir|erl|jshell|pwsh|powershell|emacs|vim?|nvim|ex|gdb|lldb)$/;
/** Functions that start a program or a shell. */
const CALL =
  /(?:\b(?:system|exec|execSync|execFile|execFileSync|execvp?e?|execlp?e?|spawn|spawnSync|spawnvp?e?|spawnlp?e?|posix_spawnp?|popen[234]?|Popen|run|call|check_call|check_output|getoutput|getstatusoutput|shell_exec|passthru|proc_open|capture2e?|capture3|execa|execaSync|execute|cmd|shell|sh|do shell script)\b|`|\bqx|%x|\$)\s*(?=[([{'"`])/g;
/** More calls than these are not looked at. */
const MOST = 50;
const LONGEST = 64 * 1024;

export function isInterpreter(name: string): boolean {
  return INTERPRETERS.test(name);
}

/** What a text of code plainly starts, in the language of this program. */
export function commandsIn(code: string, program: string): InlineCommand[] {
  if (code.length > LONGEST || !/['"`/({[]/.test(code)) return [];
  const found: InlineCommand[] = [];
  for (const match of code.matchAll(CALL)) {
    if (found.length >= MOST) break;
    const command = argumentsAt(code, match.index + match[0].length);
    if (command) found.push(command);
  }
  // Elsewhere they are texts as any other.
  if (/^(?:perl|ruby|irb|php)/.test(program))
    for (const [, text = ''] of code.matchAll(/`([^`\n]{2,2000})`/g)) found.push({ text });
  for (const [, text = ''] of code.matchAll(
    /(?:\bqx|%x)\s*[({[|/!]([^)}\]|/!\n]{2,2000})[)}\]|/!]/g,
  ))
    found.push({ text });
  // awk: `print "x" | "sh"`, `"cmd" | getline`.
  for (const [, text = ''] of code.matchAll(/\|&?\s*"([^"\n]{1,2000})"/g)) found.push({ text });
  for (const [, text = ''] of code.matchAll(/"([^"\n]{1,2000})"\s*\|\s*getline/g))
    found.push({ text });
  return found.slice(0, MOST);
}

/** `:!cmd` of an editor, `\! cmd` and `.shell cmd` of a database client. */
export function escapesToShell(text: string): string[] {
  const found = text.matchAll(
    /(?:^|[\n;])[ \t]{0,20}(?::?!|\\!|\.(?:shell|system) )[ \t]{0,20}([^\n]{1,2000})/g,
  );
  return [...found].map(([, command = '']) => command).slice(0, MOST);
}

/** One text, or several strings, in brackets or not. */
function argumentsAt(code: string, start: number): InlineCommand | null {
  const strings: string[] = [];
  let listed = false;
  let at = start;
  if (code[at] === '(') at += 1;
  for (let rounds = 0; rounds < 200; rounds += 1) {
    while (/[\s,]/.test(code[at] ?? '')) at += 1;
    if (code[at] === '[') {
      listed = true;
      at += 1;
      continue;
    }
    const prefix = /[fFrRbBuU]/.test(code[at] ?? '') && /['"]/.test(code[at + 1] ?? '') ? 1 : 0;
    const read = stringAt(code, at + prefix);
    if (!read) break;
    strings.push(read.text);
    at = read.end;
    if (code[at] === ']') break;
  }
  const [first] = strings;
  if (first === undefined) return null;
  return listed || strings.length > 1 ? { argv: strings } : { text: first };
}

function stringAt(code: string, start: number): { text: string; end: number } | null {
  const quote = code[start];
  if (quote !== "'" && quote !== '"' && quote !== '`') return null;
  const mark = code.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  let text = '';
  for (let at = start + mark.length; at < code.length; at += 1) {
    if (code.startsWith(mark, at)) return { text, end: at + mark.length };
    if (code[at] === '\\') {
      at += 1;
      text += code[at] === 'n' ? '\n' : (code[at] ?? '');
    } else text += code[at];
  }
  return { text, end: code.length };
}
