const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Formats whose end is a checksum of the random part, which clients and scanners verify. */
const FORMATS: { shape: RegExp; digits: (body: string) => string }[] = [
  // GitHub: "Behind GitHub's new authentication token formats"; npm has the same.
  { shape: /^((?:gh[pousr]|npm)_)([A-Za-z0-9]{30})[A-Za-z0-9]{6}$/, digits: base62 },
  // Cloudflare: tokens with a prefix end in the CRC of the forty characters before.
  { shape: /^(c(?:fat|fk|fut)_)([A-Za-z0-9]{40})[0-9a-f]{8}$/i, digits: hex },
  { shape: /^(zpka_)([a-z0-9]{32})_[a-z0-9]{8}$/, digits: (body) => `_${hex(body)}` },
];

/** The same token with the checksum its format wants; as it is where no format is known. */
export function withChecksum(token: string): string {
  for (const { shape, digits } of FORMATS) {
    const [, prefix, body] = shape.exec(token) ?? [];
    if (prefix !== undefined && body !== undefined) return prefix + body + digits(body);
  }
  return token;
}

function base62(body: string): string {
  let out = '';
  for (let rest = crc32(body); rest > 0; rest = Math.floor(rest / 62))
    out = (BASE62[rest % 62] ?? '') + out;
  return out.padStart(6, '0');
}

function hex(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}

/** CRC-32 of ISO 3309 (reversed polynomial); node:zlib has one from Node 20.15 on only. */
export function crc32(text: string): number {
  let crc = 0xffffffff;
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
