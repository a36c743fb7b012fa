/**
 * Follows whether a program has switched a terminal to its alternate screen: DECSET and DECRST of the private modes 47,
 * 1047 and 1049 (xterm, "Control Sequences"), wherever they are cut between reads.
 */
export class AlternateScreen {
  active = false;
  #tail = '';

  see(data: Buffer): void {
    const text = this.#tail + data.toString('latin1');
    const switches = /\x1b(?:\[\?([\d;]{1,64})([hl])|c)/g;
    let end = 0;
    for (let match; (match = switches.exec(text)); end = switches.lastIndex) {
      const [whole, modes = '', verb] = match;
      // RIS, the full reset, leaves the alternate screen.
      if (whole === '\x1bc') this.active = false;
      else if (modes.split(';').some((mode) => ['47', '1047', '1049'].includes(mode)))
        this.active = verb === 'h';
    }
    const rest = text.slice(end);
    const start = rest.lastIndexOf('\x1b');
    this.#tail = start >= 0 && rest.length - start <= 68 ? rest.slice(start) : '';
  }
}
