import { isIP } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openNameResolution } from '../../src/forward/index.ts';

describe('name resolution', () => {
  it('knows this machine by the hosts file', async () => {
    const addresses = await openNameResolution(5_000).resolve('localhost');
    expect(addresses.some((address) => address === '127.0.0.1' || address === '::1')).toBe(true);
  });

  it('has no address for what does not exist, and waits no longer than it was told', async () => {
    expect(await openNameResolution(5_000).resolve('no such name')).toEqual([]);
    expect(await openNameResolution(0).resolve('name.invalid')).toEqual([]);
  });

  it('names resolvers by address alone', () => {
    for (const resolver of openNameResolution(1).resolvers()) expect(isIP(resolver)).not.toBe(0);
  });
});
