import { packetAt } from './pkt-line.ts';
import type { Push, RefUpdate } from './types.ts';

const MAX_UPDATES = 20_000;
/** SHA-1 or SHA-256; `0{40}` for none. */
const UPDATE = /^([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) (.+)$/is;
const SHALLOW = /^shallow (?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Whether the list of updates is all there, or never will be. For `BodyNeed`. */
export function hasUpdates(decoded: Buffer): boolean {
  let at = 0;
  for (;;) {
    const packet = packetAt(decoded, at);
    if (packet.kind === 'short') return false;
    if (packet.kind !== 'data') return true;
    at = packet.end;
  }
}

/** The updates that stand before the pack, read as git-receive-pack(1) does. */
export function readPush(bytes: Buffer): Push {
  const reading: Reading = { updates: [], capabilities: new Set() };
  const doubtful =
    readList(bytes, reading) ??
    // The client says so only when it sends some (send-pack.c). Some servers change a repository's visibility by them.
    (reading.capabilities.has('push-options')
      ? 'it has push options, which guard does not read'
      : null);
  return { updates: reading.updates, capabilities: [...reading.capabilities], doubtful };
}

interface Reading {
  updates: RefUpdate[];
  capabilities: Set<string>;
}

function readList(bytes: Buffer, reading: Reading): string | null {
  let doubtful: string | null = null;
  let at = 0;
  for (;;) {
    const packet = packetAt(bytes, at);
    if (packet.kind === 'flush') return doubtful;
    if (packet.kind !== 'data') return doubtful ?? 'its list of updates does not end as it should';
    if (reading.updates.length === MAX_UPDATES) return 'it has too many updates';
    doubtful ??= readLine(packet.bytes, reading);
    at = packet.end;
  }
}

/** Why it is in doubt, if it is. Capabilities follow a zero byte. */
function readLine(bytes: Buffer, reading: Reading): string | null {
  const chomped = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  const zero = chomped.indexOf(0);
  const text = decoded(zero < 0 ? chomped : chomped.subarray(0, zero));
  if (zero >= 0)
    for (const capability of chomped.toString('latin1', zero + 1).split(' '))
      if (capability !== '') reading.capabilities.add(capability);
  if (text === null) return 'it has a name that is not UTF-8';
  if (SHALLOW.test(text)) return null;
  if (text === 'push-cert') return 'it is signed, and guard does not read that';
  const [, old, next, ref] = UPDATE.exec(text) ?? [];
  if (old === undefined || next === undefined || ref === undefined || old.length !== next.length)
    return 'it has a line that is no update';
  reading.updates.push(update(old.toLowerCase(), next.toLowerCase(), ref));
  return isRefName(ref) ? null : 'it has a name that no ref can have';
}

function update(old: string, next: string, ref: string): RefUpdate {
  const none = /^0+$/;
  const kind = none.test(next) ? 'delete' : none.test(old) ? 'create' : 'update';
  return { kind, old, new: next, ref };
}

/** git-check-ref-format(1). */
function isRefName(ref: string): boolean {
  return (
    ref.length <= 1000 &&
    ref.startsWith('refs/') &&
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$|(?:^|\/)\.|\.lock(?:\/|$)/.test(ref)
  );
}

function decoded(bytes: Buffer): string | null {
  try {
    return UTF8.decode(bytes);
  } catch {
    return null;
  }
}
