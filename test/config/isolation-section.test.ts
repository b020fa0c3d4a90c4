import { describe, expect, it } from 'vitest';
import { isolation } from '../../src/config/sections/response-isolation.ts';

describe('response.isolation', () => {
  it('isolates nothing by itself', () => {
    expect(isolation.parse({})).toMatchObject({ enabled: false, allow: [], dns: [], persistent: false });
  });

  it.each([
    '10.0.0.0/8',
    '10.1.2.3',
    '2001:db8::/32',
    'fe80::1',
    'jump',
    'jump-1.corp.example',
    '_x.example',
  ])('allows %s', (peer) => {
    expect(isolation.parse({ allow: [peer] }).allow).toEqual([peer]);
  });

  it.each([
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/7',
    '2000::/3',
    '10.1.2.3/8',
    '10.1.2',
    '999.1.1.1',
    'https://jump.example',
    'jump.example:22',
    '*.example',
    'a..b',
    '',
    `${'a'.repeat(254)}`,
  ])('does not allow %j', (peer) => {
    expect(isolation.safeParse({ allow: [peer] }).success).toBe(false);
  });

  it.each(['dns.example', '10.0.0.0/8', '10.0.0.1:53'])('takes no %s for a resolver', (resolver) => {
    expect(isolation.safeParse({ dns: [resolver] }).success).toBe(false);
  });
});
