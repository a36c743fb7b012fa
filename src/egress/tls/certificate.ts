import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts';

/** Certificates of one session (RFC 5280): its authority, and a leaf for a host. */

export interface Validity {
  from: Date;
  to: Date;
}

interface Issuer {
  /** Distinguished name, as DER. */
  name: Buffer;
  /** SubjectPublicKeyInfo, as DER. */
  publicKey: Buffer;
  privateKey: KeyObject;
}

const OID = {
  commonName: '2.5.4.3',
  organisation: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  /** RFC 5758, section 3.2. */
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
};
/** RFC 5280, section 4.2.1.3: bit 0 is the first bit of the byte; the number is of unused bits behind the last one. */
const DIGITAL_SIGNATURE = bitString(Buffer.from([0x80]), 7);
const KEY_CERT_SIGN = bitString(Buffer.from([0x04]), 2);

/** A certificate that may sign leaves and nothing else, in DER. */
export function authorityCertificate(issuer: Issuer, validity: Validity): Buffer {
  return signed(issuer, issuer.name, issuer.publicKey, validity, [
    extension(OID.basicConstraints, sequence(boolean(true), integer(Buffer.from([0]))), true),
    extension(OID.keyUsage, KEY_CERT_SIGN, true),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(issuer.publicKey))),
  ]);
}

/** For a TLS server of one name, in DER. */
export function leafCertificate(
  issuer: Issuer,
  host: string,
  publicKey: Buffer,
  validity: Validity,
): Buffer {
  const authorityKey = sequence(implicit(0, keyIdentifier(issuer.publicKey)));
  // dNSName is choice 2 of GeneralName. The subject names no host: clients read it there no more (RFC 9525, section 2).
  const names = sequence(implicit(2, Buffer.from(host, 'latin1')));
  return signed(issuer, nameOf('TLS opened by guard'), publicKey, validity, [
    extension(OID.basicConstraints, sequence(), true),
    extension(OID.keyUsage, DIGITAL_SIGNATURE, true),
    extension(OID.extendedKeyUsage, sequence(oid(OID.serverAuth))),
    extension(OID.subjectAltName, names),
    extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey))),
    extension(OID.authorityKeyIdentifier, authorityKey),
  ]);
}

/** At most 64 characters (RFC 5280, ub-common-name). */
export function nameOf(commonName: string): Buffer {
  const attribute = (type: string, value: string) => setOf(sequence(oid(type), utf8String(value)));
  return sequence(attribute(OID.organisation, 'guard'), attribute(OID.commonName, commonName));
}

/**
 * What OpenSSL names a certificate's file by (X509_NAME_hash(3)): of the name in lower case, with single spaces, without
 * its outermost header. Names of {@link nameOf} are written so when they are given so, and are shorter than 128 bytes.
 */
export function hashOfName(name: Buffer): string {
  const digest = createHash('sha1').update(name.subarray(2)).digest();
  return digest.readUInt32LE(0).toString(16).padStart(8, '0');
}

export function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function signed(
  issuer: Issuer,
  subject: Buffer,
  publicKey: Buffer,
  { from, to }: Validity,
  extensions: Buffer[],
): Buffer {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const content = sequence(
    // Version 3 is written as 2.
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    algorithm,
    issuer.name,
    sequence(time(from), time(to)),
    subject,
    publicKey,
    explicit(3, sequence(...extensions)),
  );
  return sequence(content, algorithm, bitString(sign('sha256', content, issuer.privateKey)));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** RFC 5280, section 4.1.2.2: positive, at most 20 bytes. Random, as clients remember certificates by it. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

/** RFC 7093, section 2, method 4: of the whole key, by a hash that is allowed everywhere. */
function keyIdentifier(publicKey: Buffer): Buffer {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20);
}
