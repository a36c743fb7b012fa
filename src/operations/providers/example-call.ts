import type { CallHead, HttpCall } from '../types.ts';
import type { ProviderExample } from './data.ts';

/** The request of an example, as egress would hand it over. */
export function exampleCall(example: ProviderExample): HttpCall {
  const [head = '', ...rest] = example.request.split(/\n[ \t]*\n/);
  const [first = '', ...lines] = head.trimStart().split('\n');
  const [method = '', path = '/'] = first.trim().split(/\s+/);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':', line.startsWith(':') ? 1 : 0);
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  const text = rest.join('\n\n').replace(/\n$/, '');
  const bytes = example.body ? Buffer.from(example.body, 'base64') : bodyOf(text, headers);
  const callHead: CallHead = {
    scheme: 'https',
    version: '1.1',
    host: example.host,
    port: 443,
    method,
    path,
    headers,
  };
  return { ...callHead, body: { bytes, state: bytes.length ? 'whole' : 'none' } };
}

/** Lines of multipart end in CR LF (RFC 2046, section 4.1.1), which YAML does not keep. */
function bodyOf(text: string, headers: readonly (readonly [string, string])[]): Buffer {
  const multipart = headers.some(
    ([name, value]) => name === 'content-type' && value.startsWith('multipart/'),
  );
  return Buffer.from(multipart ? `${text.replace(/\r?\n/g, '\r\n')}\r\n` : text);
}
