export type Deliver = (chunk: Buffer) => Promise<void>;

/** Undoes content codings; a call ends when everything that can be decoded so far has been delivered. */
export interface Decoder {
  /** @throws Undecodable, and what `deliver` throws. */
  push(chunk: Buffer): Promise<void>;
  /** @throws Undecodable where the coded body is not complete. */
  end(): Promise<void>;
  close(): void;
  /** Bytes taken of which nothing was delivered yet, because what they belong to is not complete. */
  undecoded(): number;
}

export class Undecodable extends Error {
  constructor(why = 'the body is not what its content coding says') {
    super(why);
  }
}
