import { describe, expect, it } from 'vitest';
import { javaToString, parseJavaDouble } from '../../src/problemchild/java-value.ts';

describe('javaToString', () => {
  it.each([
    [true, false, 'true'],
    ['Text', false, 'Text'],
    [1, false, '1'],
    [1, true, '1.0'],
    [0, true, '0.0'],
    [-0, true, '-0.0'],
    [0.001, true, '0.001'],
    [0.00099, true, '9.9E-4'],
    [1e-5, true, '1.0E-5'],
    [9999999, true, '9999999.0'],
    [1e7, true, '1.0E7'],
    [-12345678.5, true, '-1.23456785E7'],
  ])('%j (double: %s) is %s', (value, isDouble, expected) => {
    expect(javaToString(value, isDouble)).toBe(expected);
  });
});

describe('parseJavaDouble', () => {
  it.each([
    ['12', 12],
    [' -1.5e3\t', -1500],
    ['.5', 0.5],
    ['7.', 7],
    ['2d', 2],
    ['', Number.NaN],
    ['0x10', Number.NaN],
    ['1,5', Number.NaN],
    ['Infinity', Number.NaN],
    ['unknown', Number.NaN],
  ])('%j is %d', (text, expected) => {
    expect(parseJavaDouble(text)).toBe(expected);
  });
});
