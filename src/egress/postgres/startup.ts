import { Malformed } from './read.ts';

/** The first four bytes after the length (protocol-message-formats, StartupMessage and its like). */
const CODES = { ssl: 80877103, gss: 80877104, cancel: 80877102 };
/** PostgreSQL's own bound (MAX_STARTUP_PACKET_LENGTH). */
export const LONGEST_STARTUP = 10_000;

export type Startup =
  | { kind: 'ssl' | 'gss' }
  | { kind: 'cancel'; key: Buffer }
  | { kind: 'version'; major: number }
  | { kind: 'start'; minor: number; parameters: ReadonlyMap<string, string> };

/** Reads a start-up packet, without its length. @throws Malformed */
export function readStartup(packet: Buffer): Startup {
  if (packet.length < 4) throw new Malformed('the start-up packet is too short');
  const code = packet.readInt32BE(0);
  if (code === CODES.ssl || code === CODES.gss) {
    if (packet.length !== 4) throw new Malformed('the request for encryption is not one');
    return { kind: code === CODES.ssl ? 'ssl' : 'gss' };
  }
  if (code === CODES.cancel) return { kind: 'cancel', key: packet.subarray(4) };
  const [major, minor] = [code >>> 16, code & 0xffff];
  if (major !== 3) return { kind: 'version', major };
  return { kind: 'start', minor, parameters: readParameters(packet.subarray(4)) };
}

function readParameters(bytes: Buffer): Map<string, string> {
  if (bytes.at(-1) !== 0) throw new Malformed('the start-up packet does not end');
  let all: string;
  try {
    all = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed('the start-up packet is not UTF-8');
  }
  const parts = all.split('\0');
  // Name, value, …, an empty name; the split adds one more.
  const end = parts.indexOf('');
  const parameters = new Map<string, string>();
  for (let at = 0; ; at += 2) {
    const [name, value] = [parts[at], parts[at + 1]];
    if (name === '') {
      if (at !== parts.length - 2) throw new Malformed('something follows the start-up packet');
      return parameters;
    }
    if (name === undefined || value === undefined || end < 0)
      throw new Malformed('the start-up packet does not end');
    if (parameters.has(name.toLowerCase()))
      throw new Malformed('a start-up parameter is given twice');
    parameters.set(name.toLowerCase(), value);
  }
}
