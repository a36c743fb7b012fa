import headless from '@xterm/headless';
import { showsBlank } from '../../src/terminal/cell-text.ts';
import type { Cell, Core } from '../../src/terminal/xterm-internals.ts';
import { useCurrentWidths } from '../../src/terminal/widths.ts';

/** What of the reference terminal is compared beyond `Core`. */
interface ReferenceCore extends Core {
  _charsetService: { glevel: number; _charsets: unknown[] };
  coreService: { decPrivateModes: unknown; modes: unknown; isCursorHidden: boolean };
  coreMouseService: { activeProtocol: string; activeEncoding: string };
}

/** A user's terminal. */
export function referenceTerminal(columns: number, rows: number, scrollback = 0) {
  const terminal = new headless.Terminal({
    cols: columns,
    rows,
    scrollback,
    allowProposedApi: true,
    logLevel: 'off',
  });
  // Why: the public interface has neither attributes in force nor margins.
  const core = (terminal as unknown as { _core: ReferenceCore })._core;
  useCurrentWidths(core);
  // RIS shows the cursor again (xterm, "Control Sequences"); the headless build forgets to.
  terminal.parser.registerEscHandler({ final: 'c' }, () => {
    core.coreService.isCursorHidden = false;
    return false;
  });
  const lines = (from: number, to: number): string[] => {
    const buffer = terminal.buffer.active;
    return Array.from({ length: to - from }, (_, at) =>
      (buffer.getLine(from + at)?.translateToString(true, 0, terminal.cols) ?? '').trimEnd(),
    );
  };
  return {
    terminal,
    core,
    write: (data: string | Uint8Array) =>
      new Promise<void>((resolve) => terminal.write(data, resolve)),
    screen: () => lines(terminal.buffer.active.baseY, terminal.buffer.active.baseY + terminal.rows),
    scrollback: () => lines(0, terminal.buffer.active.baseY),
    state: () => stateOf(terminal, core),
  };
}

/** A palette's colour leaves bits of an earlier one above it. */
const exact = (packed: number): number =>
  (packed & 0x3000000) === 0x3000000 ? packed : packed & ~0xffff00;

const HAS_EXTENDED = 0x10000000;
const UNDERLINED = 0x10000000;

/** Everything that a program could tell the difference by. */
function stateOf(terminal: InstanceType<typeof headless.Terminal>, core: ReferenceCore) {
  const active = terminal.buffer.active;
  const { x, y, scrollTop, scrollBottom, savedX, savedY, savedCurAttrData } =
    core._bufferService.buffer;
  const link = (id: number) => (id ? core._oscLinkService.getLinkData(id) : undefined);
  const looks = (cell: Core['_inputHandler']['_curAttrData']) =>
    JSON.stringify([
      exact(cell.fg),
      exact(cell.bg & ~HAS_EXTENDED),
      // Without an underline its style and colour count for nothing.
      exact(cell.extended._ext & (cell.fg & UNDERLINED ? 0x1fffffff : 0)),
      cell.bg & HAS_EXTENDED ? link(cell.extended.urlId) : undefined,
    ]);
  const rows = Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    return Array.from({ length: terminal.cols }, (_, column) => {
      const cell = line?.getCell(column);
      if (!cell) return '';
      const attributes = cell as unknown as Cell;
      // Nothing is written there: only what shows counts.
      if (cell.getChars() === '' && cell.getWidth() === 1 && !showsBlank(attributes))
        return `||${exact(attributes.bg & 0x3ffffff)}`;
      return `${cell.getChars() || ' '}|${cell.getWidth()}|${looks(attributes)}`;
    });
  });
  const { bracketedPasteMode, ...modes } = core.coreService.decPrivateModes as Record<
    string,
    unknown
  >;
  return {
    buffer: active.type,
    rows,
    cursor: [x, y],
    margins: [scrollTop, scrollBottom],
    pen: looks(core._inputHandler._curAttrData),
    saved: [
      savedX,
      Math.max(0, savedY - active.baseY),
      exact(savedCurAttrData.fg),
      exact(savedCurAttrData.bg & ~HAS_EXTENDED),
    ],
    modes,
    bracketedPasteMode,
    ansi: { ...(core.coreService.modes as object) },
    hidden: core.coreService.isCursorHidden,
    mouse: [core.coreMouseService.activeProtocol, core.coreMouseService.activeEncoding],
    left: core._charsetService.glevel,
    charsets: [0, 1, 2, 3].map((at) => JSON.stringify(core._charsetService._charsets[at]) ?? ''),
  };
}
