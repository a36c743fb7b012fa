import { createHmac, randomBytes } from 'node:crypto';

/** Tells secrets apart without keeping them: the key is never written and goes with the process. */
export class Identity {
  readonly #key = randomBytes(32);

  of(secret: string | Buffer): string {
    const text = typeof secret === 'string' ? Buffer.from(secret, 'latin1') : secret;
    // A file may end a value with a line feed that a variable does not have.
    const value = text.toString('latin1').trim();
    return createHmac('sha256', this.#key).update(value, 'latin1').digest('base64');
  }
}
