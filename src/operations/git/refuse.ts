import type { Answer } from '../../egress/inspect/types.ts';
import { printable } from '../../printable.ts';
import { answer, textAnswer } from '../refusals/answers.ts';
import { firstLine, lastLine, refusalLines, type Why } from '../refusals/text.ts';
import type { HttpCall } from '../types.ts';
import { FLUSH, MAX_PACKET, packet } from './pkt-line.ts';
import { readGit } from './read.ts';
import type { Push } from './types.ts';

/** Bands of side-band-64k (gitprotocol-pack(5)). */
const BAND = { data: 1, progress: 2 };
const MAX_REASON = 400;

/** git prints the text of a refused request after `remote:`; of a push, the reason beside each ref. */
export function refuseGit(call: HttpCall, why: Why): Answer {
  const request = readGit(call);
  const report = request?.kind === 'push' ? refusePush(request.push, why) : null;
  return report ?? textAnswer(403, refusalLines(why));
}

/** What git-receive-pack(1) answers when a hook declines every ref; null for a client that reads no report. */
export function refusePush({ updates, capabilities, doubtful }: Push, why: Why): Answer | null {
  const reports = capabilities.some((name) => /^report-status(?:-v2)?$/.test(name));
  if (!reports || doubtful !== null || updates.length === 0) return null;
  const reason = printable(`guard: ${why.rule}: ${why.reason}`, MAX_REASON);
  const report = Buffer.concat([
    line('unpack ok'),
    ...updates.map(({ ref }) => line(`ng ${ref} ${reason}`)),
    FLUSH,
  ]);
  const body = capabilities.includes('side-band-64k')
    ? Buffer.concat([...progress(why), ...banded(BAND.data, report), FLUSH])
    : report;
  return { ...answer(200, 'application/x-git-receive-pack-result', body), afterBody: true };
}

function progress(why: Why): Buffer[] {
  return [firstLine(why), lastLine(why)].flatMap((text) =>
    banded(BAND.progress, Buffer.from(`guard: ${text}\n`)),
  );
}

function banded(band: number, bytes: Buffer): Buffer[] {
  const room = MAX_PACKET - 5;
  const packets: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += room)
    packets.push(packet(Buffer.concat([Buffer.from([band]), bytes.subarray(at, at + room)])));
  return packets;
}

function line(text: string): Buffer {
  return packet(Buffer.from(`${text}\n`));
}
