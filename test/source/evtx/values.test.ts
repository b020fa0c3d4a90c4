import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentError } from '../../../src/errors/index.ts';
import { fileTimeToIso, fileTimeToMs } from '../../../src/source/evtx/filetime.ts';
import { ValueType as T, VALUE_ARRAY } from '../../../src/source/evtx/layout.ts';
import { renderArray, renderValue } from '../../../src/source/evtx/values.ts';

function render(type: number, hex: string): string {
  // Not at the beginning of its buffer, and with other bytes behind it.
  const bytes = Buffer.concat([
    Buffer.alloc(3, 0xee),
    Buffer.from(hex.replaceAll(' ', ''), 'hex'),
    Buffer.alloc(9, 0xee),
  ]);
  return renderValue(bytes, type, 3, bytes.length - 12);
}

describe('a value as the string Windows renders', () => {
  it.each([
    ['null', T.null, '', ''],
    ['empty string', T.string, '', ''],
    ['string', T.string, '6100 e900 2c67', 'aé本'],
    ['string with NULs behind', T.string, '6100 0000 0000', 'a'],
    ['string with a NUL inside', T.string, '6100 0000 6200', 'a\0b'],
    ['string of odd size', T.string, '6100 62', 'a'],
    ['ANSI string', T.ansiString, '61 80 00', 'a€'],
    ['int8', T.int8, 'ff', '-1'],
    ['uint8', T.uint8, 'ff', '255'],
    ['int16', T.int16, '0080', '-32768'],
    ['uint16', T.uint16, '5012', '4688'],
    ['int32', T.int32, 'df100780', '-2147020577'],
    ['uint32', T.uint32, 'ffffffff', '4294967295'],
    ['int64', T.int64, '0000000000000080', '-9223372036854775808'],
    ['uint64', T.uint64, 'ffffffffffffffff', '18446744073709551615'],
    ['uint64 in a double', T.uint64, 'ffffffffffff1f00', '9007199254740991'],
    ['real32', T.real32, '0000c03f', '1.500000'],
    ['real64', T.real64, '000000000000f03f', '1'],
    ['real64 infinity', T.real64, '000000000000f0ff', '-1.#INF'],
    ['boolean', T.boolean, '00000000', 'false'],
    ['boolean, irregular', T.boolean, '02', 'true'],
    ['binary', T.binary, '00ab', '00AB'],
    [
      'guid',
      T.guid,
      '85 d7 48 94 45 4a 42 5a 00 00 00 10 d2 65 f2 0f',
      '{9448D785-4A45-5A42-0000-0010D265F20F}',
    ],
    ['size_t of 4', T.sizeT, 'a4010000', '0x1a4'],
    ['size_t of 8', T.sizeT, 'a401000001000000', '0x1000001a4'],
    ['fileTime', T.fileTime, '008085825a9bda01', '2024-05-01T00:00:00.0000000Z'],
    ['systemTime', T.systemTime, 'e807 0500 0300 0100 0c00 2200 3800 4e00', '2024-05-01T12:34:56.078Z'],
    ['sid', T.sid, '01 02 000000000005 20000000 20020000', 'S-1-5-32-544'],
    ['sid of a large authority', T.sid, '01 01 00000000000f 02000000', 'S-1-15-2'],
    ['hexInt32', T.hexInt32, '00000000', '0x0'],
    ['hexInt64', T.hexInt64, '0000000000002080', '0x8020000000000000'],
    ['unknown type', 0x23, '0102', '0102'],
  ])('%s', (_, type, hex, expected) => {
    expect(render(type, hex)).toBe(expected);
  });

  it.each([
    ['uint32', T.uint32, 'ffff'],
    ['guid', T.guid, '00'.repeat(15)],
    ['sid', T.sid, '01 02 000000000005 20000000'],
    ['fileTime', T.fileTime, '00'],
  ])('%s that is cut short is refused', (_, type, hex) => {
    expect(() => render(type, hex)).toThrow(AgentError);
  });
});

describe('the items of an array', () => {
  const items = (type: number, hex: string): string[] => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex');
    return renderArray(bytes, type | VALUE_ARRAY, 0, bytes.length);
  };

  it.each([
    ['strings', T.string, '6100 0000 0000 6200', ['a', '', 'b']],
    ['ANSI strings', T.ansiString, '61 00 62 00', ['a', 'b']],
    ['none', T.string, '', []],
    ['uint16', T.uint16, '0100 0200 03', ['1', '2']],
    ['SIDs', T.sid, '01 01 000000000005 12000000 01 01 000000000005 13000000', ['S-1-5-18', 'S-1-5-19']],
    ['binary, which no array can be', T.binary, '0102', ['0102']],
  ])('%s', (_, type, hex, expected) => {
    expect(items(type, hex)).toEqual(expected);
  });
});

describe('FILETIME', () => {
  it('agrees with the calendar at every moment of three centuries', () => {
    const range = { min: Date.UTC(1800, 0, 1), max: Date.UTC(2100, 0, 1) };
    const property = fc.property(fc.integer(range), fc.integer({ min: 0, max: 9999 }), (ms, ticks) => {
      const fileTime = (BigInt(ms) + 11_644_473_600_000n) * 10_000n + BigInt(ticks);
      const low = Number(fileTime & 0xffff_ffffn);
      const high = Number(fileTime >> 32n);
      const iso = new Date(ms).toISOString().replace('Z', `${String(ticks).padStart(4, '0')}Z`);
      expect(fileTimeToIso(low, high)).toBe(iso);
      expect(fileTimeToMs(low, high)).toBe(ms + ticks / 10_000);
    });
    fc.assert(property);
  });

  it('renders the largest there can be', () => {
    expect(fileTimeToIso(0xffff_ffff, 0xffff_ffff)).toBe('+060056-05-28T05:36:10.9551615Z');
  });
});
