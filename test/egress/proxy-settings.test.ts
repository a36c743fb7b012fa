import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPrivateName } from '../../src/egress/private-name.ts';
import { readProxySettings } from '../../src/egress/proxy-settings.ts';

const way = (env: Record<string, string>, host = 'api.example.com', port = 443) =>
  readProxySettings(env)(host, port);
const proxy = (host: string, port: number, authorization: string | null = null, tls = false) => ({
  kind: 'proxy',
  proxy: { host, port, authorization, tls },
});
const direct = { kind: 'direct' };

describe('which proxy', () => {
  it('is none where the environment names none', () => {
    expect(way({})).toEqual(direct);
    expect(way({ HTTPS_PROXY: '', https_proxy: ' ' })).toEqual(direct);
  });

  it.each([
    ['http://proxy.corp:3128', proxy('proxy.corp', 3128)],
    ['proxy.corp:3128', proxy('proxy.corp', 3128)],
    ['10.1.2.3:8080', proxy('10.1.2.3', 8080)],
    ['http://proxy.corp', proxy('proxy.corp', 80)],
    ['https://proxy.corp/', proxy('proxy.corp', 443, null, true)],
    ['http://[fd00::1]:3128', proxy('fd00::1', 3128)],
    ['http://u:p%40ss@proxy.corp:3128', proxy('proxy.corp', 3128, 'Basic dTpwQHNz')],
    ['http://u@proxy.corp:3128', proxy('proxy.corp', 3128, 'Basic dTo=')],
  ])('is read from %s', (value, expected) => expect(way({ HTTPS_PROXY: value })).toEqual(expected));

  it('follows the port, the small name first', () => {
    const env = { HTTP_PROXY: 'plain:1', HTTPS_PROXY: 'secure:2', ALL_PROXY: 'all:3' };
    expect(way(env, 'a.com', 80)).toEqual(proxy('plain', 1));
    expect(way(env, 'a.com', 443)).toEqual(proxy('secure', 2));
    expect(way(env, 'a.com', 22)).toEqual(proxy('all', 3));
    expect(way({ ALL_PROXY: 'all:3' }, 'a.com', 80)).toEqual(proxy('all', 3));
    expect(way({ HTTPS_PROXY: 'secure:2' }, 'a.com', 22)).toEqual(direct);
    expect(way({ HTTPS_PROXY: 'secure:2' }, 'a.com', 80)).toEqual(direct);
    expect(way({ HTTPS_PROXY: 'big:1', https_proxy: 'small:2' })).toEqual(proxy('small', 2));
  });

  it.each([
    ['*', 'a.com', true],
    ['example.com', 'example.com', true],
    ['example.com', 'api.example.com', true],
    ['.example.com', 'api.example.com', true],
    ['*.Example.com', 'api.example.com', true],
    ['example.com', 'notexample.com', false],
    ['a.com, b.com c.com', 'c.com', true],
    ['api.example.com:443', 'api.example.com', true],
    ['api.example.com:8443', 'api.example.com', false],
    ['localhost,127.0.0.1,10.0.0.0/8', 'a.com', false],
    [',, .', 'a.com', false],
  ])('is not asked for NO_PROXY=%s: %s %s', (list, host, exempt) => {
    const found = way({ HTTPS_PROXY: 'proxy:1', NO_PROXY: list }, host);
    expect(found.kind).toBe(exempt ? 'direct' : 'proxy');
  });

  it('is refused when it is a SOCKS proxy, in one sentence', () => {
    expect(way({ ALL_PROXY: 'socks5h://u:secret@127.0.0.1:1080' })).toEqual({
      kind: 'unusable',
      reason:
        'ALL_PROXY names a SOCKS proxy, which guard does not support; set it to an http:// or https:// proxy',
    });
    expect(way({ ALL_PROXY: 'socks5://x', HTTPS_PROXY: 'proxy:1' }).kind).toBe('proxy');
    expect(way({ ALL_PROXY: 'socks5://x', NO_PROXY: 'example.com' })).toEqual(direct);
  });

  it('never says what is in the variable, whatever that is, and never goes around it', () => {
    for (const value of [
      'ftp://u:secret@a',
      'http://',
      'http://u:sec%zzret@a:1',
      'http://a:99999',
      '::',
    ])
      expect(way({ HTTPS_PROXY: value })).toEqual({
        kind: 'unusable',
        reason:
          'HTTPS_PROXY names no proxy that guard can use; set it to http://HOST:PORT or https://HOST:PORT',
      });
    fc.assert(
      fc.property(
        fc.string().filter((text) => text.trim() !== ''),
        (value) => {
          const found = way({ HTTPS_PROXY: value });
          expect(found.kind).not.toBe('direct');
          if (found.kind === 'proxy') expect(found.proxy.host).toMatch(/^[^\s/@?#]+$/);
        },
      ),
    );
  });
});

it('knows names that only private networks answer', () => {
  for (const name of [
    'localhost',
    'db',
    'printer.local',
    'metadata.google.internal',
    'a.localhost',
    'nas.home.arpa',
    'x.corp',
  ])
    expect([name, isPrivateName(name)]).toEqual([name, true]);
  for (const name of ['example.com', 'local.example.com', 'internal.dev', 'api.github.com'])
    expect([name, isPrivateName(name)]).toEqual([name, false]);
});
