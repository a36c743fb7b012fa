/** Is it a private key that nobody can use without its passphrase? */
export function isLockedKey(text: string): boolean {
  const body = /-----BEGIN ([A-Z ]{0,40})PRIVATE KEY-----([A-Za-z0-9+/=\s:,.-]{0,200})/.exec(text);
  if (!body) return false;
  // PKCS #8 (RFC 5958), and PEM's own way (RFC 1421, section 4.6.1.1).
  if (body[1] === 'ENCRYPTED ' || /Proc-Type: 4,ENCRYPTED/.test(body[2] ?? '')) return true;
  if (body[1] !== 'OPENSSH ') return false;
  // openssh-key-v1: the magic, then the cipher's name with its length (PROTOCOL.key of OpenSSH).
  const head = Buffer.from((body[2] ?? '').replace(/\s/g, ''), 'base64');
  const length = head.length > 19 ? head.readUInt32BE(15) : 0;
  return length > 0 && head.toString('latin1', 19, 19 + length) !== 'none';
}
