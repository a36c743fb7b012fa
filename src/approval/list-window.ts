/** Where a window of some lines stands in a longer list. */
export interface ListWindow {
  /** Index of the first line shown. */
  start: number;
  /** Index behind the last line of the part that scrolls. */
  end: number;
  /** Whether the list's last line stands below that, so that the end of a long command is always seen. */
  tail: boolean;
  /** Lines of the list that are shown nowhere now, above and below the part that scrolls. */
  above: number;
  below: number;
}

/** Fewer lines have no room for a tail. */
const LINES_FOR_TAIL = 4;

/**
 * `height` lines of a list of `length` from line `scroll` on. When not all of them fit, one line of the window says how
 * much is hidden, and one is the list's last.
 */
export function listWindow(length: number, height: number, scroll: number): ListWindow {
  if (length <= height) return { start: 0, end: length, tail: false, above: 0, below: 0 };
  const rest = Math.max(1, height - 1);
  const last = length - rest;
  const start = Math.min(Math.max(0, scroll), last);
  if (start === last) return { start, end: length, tail: false, above: start, below: 0 };
  const tail = height >= LINES_FOR_TAIL;
  const end = start + rest - (tail ? 1 : 0);
  return { start, end, tail, above: start, below: length - end - (tail ? 1 : 0) };
}

export type ScrollKey = 'up' | 'down' | 'page-up' | 'page-down' | 'home' | 'end';

/** The new first line; never outside the list. */
export function scrolled(length: number, height: number, scroll: number, key: ScrollKey): number {
  const last = Math.max(0, length - Math.max(1, height - 1));
  const page = Math.max(1, height - 2);
  const to = {
    up: scroll - 1,
    down: scroll + 1,
    'page-up': scroll - page,
    'page-down': scroll + page,
    home: 0,
    end: last,
  }[key];
  return length <= height ? 0 : Math.min(Math.max(0, to), last);
}
