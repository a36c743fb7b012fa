import type { Control } from './control-stream.ts';

/**
 * Sequences that never reach the user's terminal, because they read it or outlive guard's hold on it (xterm, "Control
 * Sequences"; kitty and iTerm2 protocols). Everything else passes.
 */
export function withheldControl(control: Control): boolean {
  if (control.kind === 'csi') return withheldCsi(control);
  if (control.kind !== 'escape') return false;
  const { intermediates, final } = control;
  // SPA and EPA: text that clearing the screen leaves. ESC %: another encoding, in which other bytes are controls.
  return (intermediates === '' && 'VW'.includes(final)) || (intermediates === '%' && final !== 'G');
}

function withheldCsi({
  prefix,
  parameters,
  intermediates,
  final,
}: Extract<Control, { kind: 'csi' }>): boolean {
  // DECRQCRA: the checksum of any part of the screen.
  if (intermediates === '*' && final === 'y') return true;
  // Icon label and title, typed as if by the user.
  if (prefix === '' && intermediates === '' && final === 't')
    return ['20', '21'].includes(parameters.split(/[;:]/)[0] ?? '');
  // VT52 and Tektronix modes speak another language than guard's prompt.
  if (prefix === '?' && intermediates === '' && 'hl'.includes(final))
    return parameters.split(';').some((mode) => (final === 'l' ? mode === '2' : mode === '38'));
  return false;
}

/** The clipboard, read or written: OSC 52, kitty's 5522, iTerm2's own. */
const CLIPBOARD = /^0*(?:52|5522)$/;
const ITERM = /^(?:Copy|EndCopy|ReportVariable|RequestUpload)/;
/** To the terminal outside tmux, past what guard knows about this one; to kitty, to control it. */
const PASSED_THROUGH = ['tmux;', '@kitty-cmd'];

/** Whether a string that begins so is withheld; null while that is open. */
export function withheldString(introducer: string, text: string): boolean | null {
  if (introducer === 'P') return startsLike(text, PASSED_THROUGH);
  if (introducer !== ']') return false;
  const [number = '', rest] = split(text);
  if (rest === null) return number.length < 32 ? null : false;
  if (CLIPBOARD.test(number)) return true;
  if (!/^0*1337$/.test(number)) return false;
  return ITERM.test(rest) ? true : rest.length < 16 ? null : false;
}

function split(text: string): [string, string | null] {
  const end = text.indexOf(';');
  if (end >= 0) return [text.slice(0, end), text.slice(end + 1)];
  return [text, null];
}

function startsLike(text: string, starts: string[]): boolean | null {
  if (starts.some((start) => text.startsWith(start))) return true;
  return starts.some((start) => start.startsWith(text)) ? null : false;
}
