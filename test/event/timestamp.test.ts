import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeTime, formatTimestamp, parseTimeMs, toUtcTimestamp } from '../../src/event/timestamp.ts';

describe('parseTimeMs', () => {
  it.each([
    ['2024-05-01T12:00:00Z', Date.UTC(2024, 4, 1, 12)],
    ['2024-05-01T12:00:00', Date.UTC(2024, 4, 1, 12)],
    ['2024-05-01 12:00:00.123', Date.UTC(2024, 4, 1, 12, 0, 0, 123)],
    ['2024-05-01T12:00:00.5+02:00', Date.UTC(2024, 4, 1, 10, 0, 0, 500)],
    ['2024-05-01T12:00:00-0130', Date.UTC(2024, 4, 1, 13, 30)],
    ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['1601-01-01T00:00:00Z', Date.UTC(1601, 0, 1)],
  ])('reads %s', (text, ms) => {
    expect(parseTimeMs(text)).toBe(ms);
  });

  it('keeps fractions of a millisecond', () => {
    const ms = parseTimeMs('2024-05-01T12:00:00.1234567Z');
    expect(ms - Date.UTC(2024, 4, 1, 12)).toBeCloseTo(123.4567, 3);
  });

  it.each([
    '',
    'yesterday',
    '2024-05-01',
    '2024-13-01T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:61Z',
    '2024-05-01T12:00:00.Z',
    '2024-05-01T12:00:00X',
    '2024-05-01T12:00:00+2',
    '2024-05-01T12:00:00+25:00',
    '2O24-05-01T12:00:00Z',
    '0000-05-01T12:00:00Z',
    '2024-05-01T12:00:00.123456789012345678901234567890Z',
    '9999-12-31T23:59:59-05:00',
  ])('refuses %s', (text) => {
    expect(parseTimeMs(text)).toBeNaN();
  });

  it('agrees with Date on every millisecond a date can hold from 1601 to 9999', () => {
    const date = fc.date({
      min: new Date('1601-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (value) => {
        expect(parseTimeMs(value.toISOString())).toBe(value.getTime());
      }),
    );
  });
});

describe('completeTime', () => {
  it.each([
    ['2024-05-01', '2024-05-01T00:00:00'],
    ['2024-05-01T12:30', '2024-05-01T12:30:00'],
    ['2024-05-01T12:30Z', '2024-05-01T12:30:00Z'],
    ['2024-05-01 12:30+02:00', '2024-05-01T12:30:00+02:00'],
    ['2024-05-01T12:30:15+02', '2024-05-01T12:30:15+02:00'],
    ['2024-05-01T12:30:15,5Z', '2024-05-01T12:30:15.5Z'],
    ['2024-05-01t12:30:15z', '2024-05-01T12:30:15Z'],
  ])('writes %s out as %s', (text, whole) => {
    expect(completeTime(text)).toBe(whole);
  });

  it.each(['', 'noon', '20240501T120000Z', '2024-05-01T', '2024-05-01T12', '2024-05', '133537680000000000'])(
    'leaves %j to be refused',
    (text) => {
      expect(completeTime(text)).toBe(text);
      expect(parseTimeMs(text)).toBeNaN();
    },
  );

  it('changes no time that is whole', () => {
    const zone = fc.constantFrom('', 'Z', '+05:30', '-0800');
    const fraction = fc.stringMatching(/^(\.\d{1,9})?$/);
    fc.assert(
      fc.property(fraction, zone, (digits, offset) => {
        const text = `2024-05-01T12:30:15${digits}${offset}`;
        expect(parseTimeMs(completeTime(text))).toBe(parseTimeMs(text));
      }),
    );
  });
});

describe('toUtcTimestamp', () => {
  it.each([
    ['2024-05-01T12:00:00.1234567Z', '2024-05-01T12:00:00.1234567Z'],
    ['2024-05-01 12:00:00.123', '2024-05-01T12:00:00.123Z'],
    ['2024-05-01T12:00:00', '2024-05-01T12:00:00Z'],
    ['2024-05-01 12:00:00Z', '2024-05-01T12:00:00Z'],
    ['2024-05-01T00:30:00.1234567+02:00', '2024-04-30T22:30:00.1234567Z'],
    ['2024-12-31T23:30:00-0100', '2025-01-01T00:30:00Z'],
  ])('writes %s as %s', (text, timestamp) => {
    expect(toUtcTimestamp(text, parseTimeMs(text))).toBe(timestamp);
    expect(parseTimeMs(timestamp)).toBe(parseTimeMs(text));
  });
});

describe('formatTimestamp', () => {
  it('has nothing to write for a number no date can be made of', () => {
    expect(formatTimestamp(Number.NaN)).toBeUndefined();
    expect(formatTimestamp(8.64e15 + 1)).toBeUndefined();
    expect(formatTimestamp(0.5)).toBe('1970-01-01T00:00:00.000Z');
  });
});
