import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEcs } from '../../src/event/ecs.ts';
import { groupsOf, groupsOfToken } from '../../src/event/groups.ts';
import { toEcs } from '../../src/event/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

/** As RtlSubAuthoritySid lays a SID out; shares no code with the reader. */
function binarySid(authority: number, ...parts: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 + parts.length * 4);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUIntBE(authority, 2, 6);
  for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + index * 4);
  return bytes;
}

const administrators = binarySid(5, 32, 544);
const helpdesk = binarySid(5, 21, 3_702_460_172, 1_906_413_265, 2_487_135_109, 4_711);
const domainAdmins = binarySid(5, 21, 3_702_460_172, 1_906_413_265, 2_487_135_109, 512);

function hex(...sids: readonly Buffer[]): string {
  return Buffer.concat(sids).toString('hex');
}

describe('the groups of a token', () => {
  it('are SIDs, with the names that every Windows gives them', () => {
    expect(groupsOfToken(hex(administrators, helpdesk, domainAdmins), 3)).toEqual({
      ids: [
        'S-1-5-32-544',
        'S-1-5-21-3702460172-1906413265-2487135109-4711',
        'S-1-5-21-3702460172-1906413265-2487135109-512',
      ],
      names: ['Administrators', 'Domain Admins'],
      hasAllIds: true,
      hasAllNames: false,
    });
  });

  it.each([
    ['not captured', undefined, undefined, undefined],
    ['none', '', 0, { ids: [], names: [], hasAllIds: true, hasAllNames: true }],
    [
      'more than fit',
      hex(administrators),
      300,
      { ids: ['S-1-5-32-544'], names: ['Administrators'], hasAllIds: false, hasAllNames: false },
    ],
    [
      'cut inside a SID',
      hex(administrators, helpdesk).slice(0, -2),
      2,
      { ids: ['S-1-5-32-544'], names: ['Administrators'], hasAllIds: false, hasAllNames: false },
    ],
    ['no SID', 'ff'.repeat(12), 1, { ids: [], names: [], hasAllIds: false, hasAllNames: false }],
  ] as const)('%s', (_, sids, count, groups) => {
    expect(groupsOfToken(sids, count)).toEqual(groups);
  });

  it('are read back whatever their numbers', () => {
    const sid = fc.tuple(
      fc.nat({ max: 2 ** 48 - 1 }),
      fc.array(fc.nat({ max: 0xffff_ffff }), { minLength: 1, maxLength: 15 }),
    );
    fc.assert(
      fc.property(fc.array(sid, { maxLength: 20 }), (sids) => {
        const bytes = sids.map(([authority, parts]) => binarySid(authority, ...parts));
        const { ids } = groupsOfToken(hex(...bytes), sids.length)!;
        expect(ids).toEqual(sids.map(([authority, parts]) => `S-1-${authority}-${parts.join('-')}`));
      }),
    );
  });

  it('never makes a list of bytes that nobody wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 50 }), (bytes, count) => {
        const groups = groupsOfToken(Buffer.from(bytes).toString('hex'), count)!;
        expect(groups.ids.length * 8).toBeLessThanOrEqual(bytes.length);
        expect(groups.hasAllIds).toBe(groups.ids.length === count);
      }),
    );
  });
});

describe('user.group of a document', () => {
  it.each([
    [
      'one group',
      { id: 'S-1-5-32-544', name: 'Administrators' },
      ['S-1-5-32-544'],
      ['Administrators'],
      true,
      true,
    ],
    ['lists', { id: ['S-1-5-32-544', 'S-1-1-0'], name: ['Administrators'] }, 2, 1, true, false],
    ['a list of groups', [{ id: 'S-1-1-0' }, { name: 'Helpdesk' }, { name: 'Sales' }], 1, 2, false, true],
    ['the same twice', { id: ['S-1-1-0', 'S-1-1-0'] }, ['S-1-1-0'], [], true, false],
  ] as const)('%s', (_, value, ids, names, hasAllIds, hasAllNames) => {
    const groups = groupsOf(value)!;
    expect(typeof ids === 'number' ? groups.ids.length : groups.ids).toEqual(ids);
    expect(typeof names === 'number' ? groups.names.length : groups.names).toEqual(names);
    expect([groups.hasAllIds, groups.hasAllNames]).toEqual([hasAllIds, hasAllNames]);
  });

  it.each([[undefined], [null], [{}], ['Administrators'], [[]], [{ id: '' }]])('%j says nothing', (value) => {
    expect(groupsOf(value)).toBeUndefined();
  });

  it('is bounded, and says that it was cut', () => {
    const groups = groupsOf({ id: Array.from({ length: 5_000 }, (_, index) => `S-1-5-21-${index}`) })!;
    expect(groups.ids).toHaveLength(1_024);
    expect(groups.hasAllIds).toBe(false);
  });

  it('goes over the wire and comes back', () => {
    const groups = groupsOf({ id: ['S-1-5-32-544', 'S-1-1-0'], name: ['Administrators', 'Everyone'] });
    const document = toEcs(makeProcessEvent({ user: { groups } }));
    const record = { document, text: '', position: { source: '-', record: 1, offset: 0 } };
    const event = decodeEcs(record);
    expect('user' in event && event.user.groups).toEqual(groups);
  });
});
