import { expect, it } from 'vitest';
import { classifyAccount } from '../../../src/response/guard/account.ts';

const nobody = { id: undefined, name: undefined, domain: undefined, groups: undefined };

it.each([
  [{ id: 'S-1-5-18' }, undefined, 'service'],
  [{ id: 'S-1-5-19', name: 'anna' }, undefined, 'service'],
  [{ id: 'S-1-5-20' }, undefined, 'service'],
  [{ id: 'S-1-5-80-1-2-3-4-5' }, undefined, 'service'],
  [{ id: 'S-1-5-90-0-1' }, undefined, 'service'],
  [{ id: 'S-1-5-21-1-2-3-1001', name: 'SYSTEM' }, undefined, 'ordinary'],
  [{ id: 'S-1-12-1-1-2-3-4' }, undefined, 'ordinary'],
  [{ id: 'S-1-5-7' }, undefined, undefined],
  [{ id: 'S-1-0-0', name: 'anna' }, undefined, undefined],
  [{ id: 'S-1-5-21-1-2-3-1001' }, '0x3E7', 'service'],
  [{ name: 'anna', domain: 'MERIDIAN' }, '0x5b1c2', 'ordinary'],
  [{ name: 'anna', domain: 'MERIDIAN' }, '0x3e4', 'service'],
  [{ name: 'SYSTEM', domain: 'NT AUTHORITY' }, undefined, 'service'],
  [{ name: 'Système', domain: 'AUTORITE NT' }, undefined, 'service'],
  [{ name: 'Netzwerkdienst', domain: 'NT-AUTORITÄT' }, undefined, 'service'],
  [{ name: 'DefaultAppPool', domain: 'IIS APPPOOL' }, undefined, 'service'],
  [{ name: 'WS-0417$', domain: 'MERIDIAN' }, undefined, 'service'],
  [{}, undefined, undefined],
] as const)('%o %s → %s', (user, logonId, kind) => {
  expect(classifyAccount({ ...nobody, ...user }, logonId)).toBe(kind);
});
