import type { Answer } from '../egress/inspect/types.ts';
import type { CallHead } from './types.ts';

/** https://grpc.io/docs/guides/status-codes: PERMISSION_DENIED. */
const PERMISSION_DENIED = '7';
/** gRPC over HTTP/2, "Requests": Path. Package, service and method are identifiers. */
const METHOD_PATH = /^\/((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*)\/([A-Za-z_]\w*)$/;
const TYPE = /^\s*application\/grpc(-web)?(-text)?(?:[+;\s]|$)/i;
/** A frame of grpc-web that holds trailers (grpc/doc/PROTOCOL-WEB.md). */
const TRAILER_FRAME = 0x80;

export interface GrpcMethod {
  /** `google.pubsub.v1.Publisher` */
  service: string;
  method: string;
}

export function isGrpc({ headers }: Pick<CallHead, 'headers'>): boolean {
  return grpcType(headers) !== null;
}

/** Null where the path is none of gRPC's. */
export function grpcMethod(path: string): GrpcMethod | null {
  const [, service, method] = METHOD_PATH.exec(path) ?? [];
  return service === undefined || method === undefined ? null : { service, method };
}

/** HTTP says 200; what the call came to stands in `grpc-status`, where the client's variant of the protocol looks for it. */
export function grpcRefusal(head: Pick<CallHead, 'headers' | 'version'>, text: string): Answer {
  const type = grpcType(head.headers) ?? { header: 'application/grpc', web: false, text: false };
  const contentType = ['content-type', type.header] as const;
  const status = [
    ['grpc-status', PERMISSION_DENIED],
    ['grpc-message', percentEncoded(text)],
  ] as const;
  if (!type.web && head.version === '2')
    return { status: 200, headers: [contentType], body: Buffer.alloc(0), trailers: status };
  if (!type.web) return { status: 200, headers: [contentType, ...status], body: Buffer.alloc(0) };
  const frame = trailerFrame(status);
  const body = type.text ? Buffer.from(frame.toString('base64'), 'latin1') : frame;
  return { status: 200, headers: [contentType], body };
}

function grpcType(
  headers: CallHead['headers'],
): { header: string; web: boolean; text: boolean } | null {
  const header = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const match = TYPE.exec(header);
  if (!match) return null;
  const [bare = ''] = header.toLowerCase().split(';', 1);
  // What goes into an answer's header is made of known characters.
  const safe = /^[a-z0-9/+.-]{1,60}$/.test(bare.trim()) ? bare.trim() : 'application/grpc';
  return { header: safe, web: match[1] !== undefined, text: match[2] !== undefined };
}

function trailerFrame(status: readonly (readonly [string, string])[]): Buffer {
  const lines = Buffer.from(status.map(([name, value]) => `${name}: ${value}\r\n`).join(''));
  const head = Buffer.alloc(5);
  head.writeUInt8(TRAILER_FRAME);
  head.writeUInt32BE(lines.length, 1);
  return Buffer.concat([head, lines]);
}

/** gRPC over HTTP/2, "Responses": Status-Message. */
function percentEncoded(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^\x20-\x24\x26-\x7e]/g, (byte) => `%${hex(byte.charCodeAt(0))}`);
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
