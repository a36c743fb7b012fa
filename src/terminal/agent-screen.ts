import { Backlog } from './backlog.ts';
import { ControlStream, type Passed } from './control-stream.ts';
import { loadScreenModel } from './load-model.ts';
import type { ScreenModel } from './screen-model.ts';
import { ScreenModes } from './screen-modes.ts';
import { withheldControl, withheldString } from './withheld.ts';

/** More waiting than this is given to the model in the background: a prompt would come late otherwise. Bytes. */
const DIGEST_FROM = 512 * 1024;

type ModelLoader = () => (columns: number, rows: number) => ScreenModel;

/** The agent's screen: its modes at once, its content when somebody needs it. */
export class AgentScreen {
  readonly modes = new ScreenModes();
  readonly #stream: ControlStream;
  readonly #backlog: Backlog;
  readonly #first: { columns: number; rows: number };
  readonly #load: ModelLoader;
  #model: ScreenModel | null = null;
  /** The start of a character whose end has not come. */
  #character: Buffer = Buffer.alloc(0);
  #digesting: Promise<void> | null = null;
  /** Bytes given to the model that it has not worked through. */
  #inModel = 0;

  constructor(columns: number, rows: number, load: ModelLoader = loadScreenModel) {
    this.#load = load;
    this.#first = { columns, rows };
    this.#backlog = new Backlog(rows);
    this.#stream = new ControlStream({
      withholds: withheldString,
      onPen: () => this.modes.seePen(),
      onControl: (control) => {
        if (withheldControl(control)) return false;
        const before = this.modes.alternate;
        this.modes.see(control);
        if (before && !this.modes.alternate) this.#stream.cut();
        return true;
      },
    });
  }

  /** What of the output is to be shown; every piece but the last ends where the agent left the alternate screen. */
  read(chunk: Buffer): Passed[] {
    this.#character = unfinishedCharacter(this.#character, chunk);
    return this.#stream.read(chunk);
  }

  /** That was shown. */
  add({ data, plain, whole }: Passed): void {
    this.#backlog.add(data, plain && !this.modes.hasMargins, whole);
  }

  /** The output stands in the middle of a sequence or a character. */
  get cutShort(): boolean {
    return !this.#stream.inText || this.#character.length > 0;
  }

  /** What the terminal is to be told again after it has been made to forget what was cut short. */
  interrupt(): Buffer {
    return this.#stream.inText ? this.#character : this.#stream.interrupt();
  }

  resize(columns: number, rows: number): void {
    this.#backlog.resize(columns, rows);
  }

  /** Bytes the model has not worked through. */
  get waiting(): number {
    return this.#backlog.bytes + this.#inModel;
  }

  get shouldDigest(): boolean {
    return this.#backlog.bytes > DIGEST_FROM && !this.#digesting;
  }

  /** The model, up to date. */
  async sync(): Promise<ScreenModel> {
    while (this.#digesting) await this.#digesting;
    this.#digesting = this.#digest();
    try {
      await this.#digesting;
    } finally {
      this.#digesting = null;
    }
    return this.#loaded();
  }

  async #digest(): Promise<void> {
    const model = this.#loaded();
    const items = this.#backlog.drain();
    for (const item of items) if ('data' in item) this.#inModel += item.data.length;
    for (const item of items) {
      if ('data' in item) {
        await model.write(item.data);
        this.#inModel -= item.data.length;
      } else model.resize(item.columns, item.rows);
    }
  }

  #loaded(): ScreenModel {
    // Later sizes are in the backlog.
    return (this.#model ??= this.#load()(this.#first.columns, this.#first.rows));
  }
}

/** The bytes at the end that begin a character of more bytes (UTF-8, RFC 3629). */
function unfinishedCharacter(before: Buffer, chunk: Buffer): Buffer {
  const end = chunk.length < 4 ? Buffer.concat([before, chunk]) : chunk.subarray(-4);
  for (let back = 1; back <= Math.min(3, end.length); back += 1) {
    const byte = end[end.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    if (length > back) return Buffer.from(end.subarray(-back));
    break;
  }
  return Buffer.alloc(0);
}
