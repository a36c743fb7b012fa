/**
 * Where Linux systems keep the certificates they trust: the union of what Go (crypto/x509/root_linux.go), rustls
 * (openssl-probe) and distributions' OpenSSL look at.
 */
export const SYSTEM_BUNDLES: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Arch, Gentoo
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, RHEL
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem', // Fedora, RHEL 7
  '/etc/pki/tls/cert.pem',
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/var/lib/ca-certificates/ca-bundle.pem',
  '/etc/ssl/cert.pem', // Alpine
  '/etc/ssl/certs/ca-bundle.crt', // NixOS
  '/etc/ca-certificates/extracted/tls-ca-bundle.pem', // Arch
  '/etc/pki/tls/cacert.pem', // OpenELEC
  '/usr/lib/ssl/cert.pem',
];

/** Folders that OpenSSL looks certificates up in by the hash of their name. */
export const SYSTEM_FOLDERS: readonly string[] = ['/etc/ssl/certs', '/etc/pki/tls/certs'];

/** A bundle is text of which only these blocks count; a file may also hold a private key. */
const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates in a PEM file's text, and nothing else of it. */
export function certificatesIn(text: string): string[] {
  return text.replaceAll('\r', '').match(BLOCK) ?? [];
}
