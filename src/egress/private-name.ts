/**
 * Top-level names that are none of the public DNS: special use (RFC 6761, 6762 with appendix G, 7686, 8375, ICANN's
 * `internal`), and what networks have used for themselves.
 */
const PRIVATE = new Set([
  ...[
    'localhost',
    'local',
    'localdomain',
    'internal',
    'intranet',
    'private',
    'corp',
    'home',
    'lan',
  ],
  ...['domain', 'host', 'test', 'example', 'invalid', 'onion', 'alt', 'arpa'],
]);

/** Whether a normalised name is one that a private network answers: one label, or below a name like these. */
export function isPrivateName(host: string): boolean {
  const dot = host.lastIndexOf('.');
  return dot < 0 || PRIVATE.has(host.slice(dot + 1));
}
