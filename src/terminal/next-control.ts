const [SO, SI, ESC, C1_LEAD] = [14, 15, 0x1b, 0xc2];

/** Where a whole, ordinary change of attributes (SGR) ends that begins here, 0 when it is something else. */
export function endOfPen(chunk: Buffer, start: number): number {
  if (chunk[start + 1] !== 0x5b) return 0;
  let end = start + 2;
  for (let byte = chunk[end]; byte !== undefined; byte = chunk[(end += 1)])
    if (byte < 0x30 || byte > 0x3b) return byte === 0x6d ? end : 0;
  return 0;
}

/** Where the next byte is that could begin a control: each kind is looked for once, not again from every place. */
export class NextControl {
  readonly #chunk: Buffer;
  readonly #at = { esc: -1, lead: -1, so: -1, si: -1 };

  constructor(chunk: Buffer) {
    this.#chunk = chunk;
  }

  from(start: number): number {
    const at = this.#at;
    if (at.esc < start) at.esc = this.#find(ESC, start);
    if (at.so < start) at.so = this.#find(SO, start);
    if (at.si < start) at.si = this.#find(SI, start);
    if (at.lead < start) at.lead = this.#c1(start);
    return Math.min(at.esc, at.so, at.si, at.lead);
  }

  #find(byte: number, start: number): number {
    const found = this.#chunk.indexOf(byte, start);
    return found < 0 ? this.#chunk.length : found;
  }

  #c1(start: number): number {
    for (let at = start; ; at += 1) {
      at = this.#find(C1_LEAD, at);
      // The last byte of the chunk could be one; any other shows at once.
      if (at + 1 >= this.#chunk.length || (this.#chunk[at + 1] ?? 0) < 0xa0) return at;
    }
  }
}
