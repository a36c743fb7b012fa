import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { SessionAuthority } from '../inspect/types.ts';
import { normaliseName } from '../names.ts';
import { authorityCertificate, hashOfName, leafCertificate, nameOf, pem } from './certificate.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Clocks of containers and virtual machines are sometimes behind after a pause. */
const BEFORE = DAY;
/** The key is gone with guard, so this only has to be longer than a session is left open. */
const AFTER = 30 * DAY;
/** Hosts whose certificates are kept; making one again takes about a millisecond. */
const KEPT = 256;

/**
 * A certificate authority for one session. Its key is made here and exists nowhere else: no file, no other process.
 *
 * Without name constraints (RFC 5280, section 4.2.1.10): hosts are patterns, some clients refuse a certificate that has
 * them, and there is no one to constrain but the process that would set them.
 */
export function createAuthority(now = new Date()): SessionAuthority {
  const keys = newKeys();
  // Two authorities of one name would make clients that see both try the wrong key.
  const name = nameOf(`guard session ${randomBytes(8).toString('hex')}`);
  const issuer = { name, ...keys };
  const validity = {
    from: new Date(now.getTime() - BEFORE),
    to: new Date(now.getTime() + AFTER),
  };
  const contexts = new Map<string, SecureContext>();
  let leaf: ReturnType<typeof leafKeys> | undefined;

  const make = (host: string): SecureContext => {
    // node:tls takes keys as text only.
    leaf ??= leafKeys();
    const cert = pem(leafCertificate(issuer, host, leaf.publicKey, validity));
    // No roots: clients show no certificate here.
    return createSecureContext({ key: leaf.key, cert, ca: [], minVersion: 'TLSv1.2' });
  };

  return {
    certificate: pem(authorityCertificate(issuer, validity)),
    subjectHash: hashOfName(name),
    contextFor(given) {
      const host = normaliseName(given);
      if (!host) throw new Error('no host name to make a certificate for');
      const context = contexts.get(host) ?? make(host);
      contexts.delete(host);
      contexts.set(host, context);
      const [oldest] = contexts.keys();
      if (contexts.size > KEPT && oldest !== undefined) contexts.delete(oldest);
      return context;
    },
  };
}

function newKeys() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey: publicKey.export({ type: 'spki', format: 'der' }), privateKey };
}

function leafKeys() {
  const { publicKey, privateKey } = newKeys();
  return { publicKey, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}
