import type { Operation } from '../../policy/types.ts';
import type { CallHead } from '../types.ts';
import type { Provider } from './compile.ts';

/** RFC 6455, section 4.1; over HTTP/2 RFC 8441, section 4. */
export function isWebSocket({ method, headers }: Pick<CallHead, 'method' | 'headers'>): boolean {
  if (method === 'CONNECT')
    return headers.some(([name, value]) => name === ':protocol' && value === 'websocket');
  return (
    method === 'GET' &&
    headers.some(([name, value]) => name === 'upgrade' && /\bwebsocket\b/i.test(value))
  );
}

/** What is said after the handshake passes unread: where statements or mutations travel that way, it cannot be told. */
export function websocketOperation(provider: Provider, path: string): Operation {
  const speaks = provider.id !== null && (provider.graphql !== null || provider.sql.length > 0);
  return {
    name: 'websocket',
    class: speaks ? 'unknown' : 'read',
    target: path,
    arguments: null,
    ...(speaks ? { because: 'what is sent through it passes unread' } : {}),
  };
}
