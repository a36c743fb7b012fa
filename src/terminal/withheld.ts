import type { Control } from './control-stream.ts';

/**
 * Sequences that never reach the user's terminal, because they read it, outlive guard's hold on it, or have it act on what
 * guard has not seen (xterm, "Control Sequences"; kitty and iTerm2 protocols; VT510 manual). Everything else passes.
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
  // DECINVM: what a macro holds is obeyed as if it came from the program (Windows Terminal). DECELR: the mouse is reported.
  if ((intermediates === '*' || intermediates === "'") && final === 'z') return true;
  if (intermediates !== '' || !'hl'.includes(final)) return false;
  const modes = parameters.split(/[;:]/);
  // KAM: the keyboard is locked, Ctrl-C and guard's keys included.
  if (prefix === '') return final === 'h' && modes.includes('2');
  return prefix === '?' && modes.some((mode) => NEVER.has(mode) || mode === NEVER_TO[final]);
}

/** VT52 and Tektronix modes speak another language than guard's prompt. */
const NEVER_TO: Record<string, string> = { l: '2', h: '38' };
/** A log of the screen; pages that are written and not shown; no alternate screen; Windows' keys, which nothing here reads. */
const NEVER = new Set(['46', '64', '1046', '9001']);

/** The clipboard, read or written: OSC 52, kitty's 5522, iTerm2's own. */
const CLIPBOARD = /^0*(?:52|5522)$/;
const ITERM = /^(?:Copy|EndCopy|ReportVariable|RequestUpload)/;
/** No such number is in use, and where a terminal counts in 32 bits it could be any. */
const HUGE = /^0*[1-9]\d{5,}$/;
/** No number has so many digits, whatever their value. */
const DIGITS = 512;
/** To the terminal outside tmux, past what guard knows about this one; to kitty, to control it. */
const PASSED_THROUGH = ['tmux;', '@kitty-cmd'];

/** Whether a string that begins so is withheld; null while that is open. */
export function withheldString(introducer: string, text: string): boolean | null {
  if (introducer === 'P') {
    // DECUDK and DECDMAC: what a key types, and what DECINVM has obeyed.
    const final = /^[\d;]*(\||!z|!)/.exec(text)?.[1];
    if (final !== undefined) return final === '!' && text.endsWith('!') ? null : final !== '!';
    return /^[\d;]*$/.test(text) ? openNumber(text) : startsLike(text, PASSED_THROUGH);
  }
  if (introducer !== ']') return false;
  const [number = '', rest] = split(text);
  if (rest === null) return /^\d*$/.test(number) ? openNumber(number) : false;
  if (CLIPBOARD.test(number) || HUGE.test(number)) return true;
  if (!/^0*1337$/.test(number)) return false;
  return ITERM.test(rest) ? true : rest.length < 16 ? null : false;
}

function split(text: string): [string, string | null] {
  const end = text.indexOf(';');
  if (end >= 0) return [text.slice(0, end), text.slice(end + 1)];
  return [text, null];
}

function openNumber(digits: string): true | null {
  return digits.length < DIGITS ? null : true;
}

function startsLike(text: string, starts: string[]): boolean | null {
  if (starts.some((start) => text.startsWith(start))) return true;
  return starts.some((start) => start.startsWith(text)) ? null : false;
}
