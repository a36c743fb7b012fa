import fc from 'fast-check';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, forbiddenAddress, isLoopback } from '../../src/egress/address.ts';

describe('forbiddenAddress', () => {
  it.each(['1.1.1.1', '8.8.8.8', '93.184.216.34', '2606:4700:4700::1111', '2a00:1450::1'])(
    'lets %s through',
    (address) => expect(forbiddenAddress(address)).toBeNull(),
  );

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'reserved'],
    ['10.1.2.3', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['fc00::1', 'private'],
    ['fd00:ec2::254', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.100.100.200', 'carrier-grade NAT'],
    ['169.254.169.254', 'link-local'],
    ['168.63.129.16', 'metadata'],
    ['192.0.0.192', 'reserved'],
    ['fe80::1%eth0', 'link-local'],
    ['fec0::1', 'reserved'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['::127.0.0.1', 'reserved'],
    ['::ffff:0:127.0.0.1', 'reserved'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['64:ff9b:1::a00:1', 'reserved'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['2001::1', 'reserved'],
    ['2001:db8::1', 'documentation'],
    ['not an address', 'no valid'],
    ['', 'no valid'],
  ])('refuses %s: %s', (address, what) => expect(forbiddenAddress(address)).toContain(what));

  it('judges NAT64 by the address it carries', () => {
    expect(forbiddenAddress('64:ff9b::1.1.1.1')).toBeNull();
  });

  it('refuses every address of this machine', () => {
    for (const entry of Object.values(networkInterfaces()).flat()) {
      expect(forbiddenAddress(entry?.address ?? '')).not.toBeNull();
    }
  });

  it('judges an IPv4 address and its IPv6 forms alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(forbiddenAddress(`::ffff:${address}`)).toBe(forbiddenAddress(address));
        expect(forbiddenAddress(`64:ff9b::${address}`)).toBe(forbiddenAddress(address));
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV6()), (text) => void forbiddenAddress(text)));
  });
});

it('canonicalAddress unwraps what a dual-stack listener reports', () => {
  expect(canonicalAddress('::ffff:198.18.0.1')).toBe('198.18.0.1');
  expect(canonicalAddress('::FFFF:C612:1')).toBe('198.18.0.1');
  expect(canonicalAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(canonicalAddress(undefined)).toBeNull();
});

it('isLoopback knows both families', () => {
  expect(['127.0.0.1', '127.9.9.9', '::1', '0:0::1'].every(isLoopback)).toBe(true);
  expect(['128.0.0.1', '::2', '1::1', '198.18.0.1'].some(isLoopback)).toBe(false);
});
