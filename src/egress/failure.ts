/** Why a host cannot be reached: all of it is safe to show to the session. */
export class ReachError extends Error {
  /** `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `PROXY_407`, … */
  readonly code: string;
  /** Completes "the host cannot be reached: ". */
  readonly reason: string;

  constructor(code: string, reason: string, cause?: unknown) {
    super(reason, { cause });
    this.name = 'ReachError';
    this.code = code;
    this.reason = reason;
  }
}

/** What most codes of Node and OpenSSL mean (x509-verify errors: X509_STORE_CTX_get_error(3)). */
const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing answers on that port',
  ECONNRESET: 'the host closed the connection',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  ETIMEDOUT: 'no answer in time',
  EPIPE: 'the host closed the connection',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name could not be resolved',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed and not trusted on this machine',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority this machine does not trust',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate comes from an authority this machine does not trust, or an intermediate one is missing',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority this machine does not trust',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority this machine does not trust',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no TLS 1.2 or newer',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it speaks no TLS 1.2 or newer',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on that port',
};

/** Messages of Node and OpenSSL quote what a server sent; only codes are passed on. */
export function reachError(error: unknown): ReachError {
  if (error instanceof ReachError) return error;
  const given = error instanceof Error && 'code' in error ? String(error.code) : '';
  const code = /^[A-Z][A-Z0-9_]{1,60}$/.test(given) ? given : 'UNREACHABLE';
  return new ReachError(code, REASONS[code] ?? `it failed (${code})`, error);
}
