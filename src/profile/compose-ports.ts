import { parseDocument } from 'yaml';
import { exceedsBounds } from './yaml-bounds.ts';

/** Host ports that a Compose file publishes, ascending; none for a text that is not one. */
export function publishedPorts(text: string): number[] {
  if (exceedsBounds(text)) return [];
  try {
    const document = parseDocument(text, { logLevel: 'silent', prettyErrors: false });
    if (document.errors.length) return [];
    const services = field(document.toJS({ maxAliasCount: 100 }), 'services');
    const ports = Object.values(services ?? {})
      .flatMap((service) => field(service, 'ports') ?? [])
      .map(hostPort)
      .filter((port) => port !== null);
    return [...new Set(ports)].sort((a, b) => a - b);
  } catch {
    return []; // Too many aliases.
  }
}

/** Short syntax `[IP:]HOST:CONTAINER[/tcp]`, long syntax `published:` (Compose Specification, "ports"). */
function hostPort(entry: unknown): number | null {
  const published =
    typeof entry === 'string'
      ? /(?:^|:)(\d{1,5}):\d{1,5}(?:\/tcp)?$/.exec(entry)?.[1]
      : field(entry, 'published');
  const port = Number(published);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : null;
}

// The document is whatever somebody wrote, so every step is looked at.
function field(value: unknown, name: 'services'): Record<string, unknown> | null;
function field(value: unknown, name: 'ports'): unknown[] | null;
function field(value: unknown, name: 'published'): unknown;
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  const found = (value as Record<string, unknown>)[name];
  if (name === 'ports') return Array.isArray(found) ? (found as unknown[]) : null;
  return name === 'services' && typeof found !== 'object' ? null : found;
}
