import { describe, expect, it } from 'vitest';
import {
  bytesField,
  floatField,
  integerField,
  message,
  packedFloats,
  packedIntegers,
  repeatedText,
  textField,
} from '../../../src/problemchild/onnx/protobuf-writer.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('protobuf fields', () => {
  it.each([
    ['a small integer', integerField(1, 1), '0801'],
    ['an integer of two bytes', integerField(1, 150), '089601'],
    ['an integer above 2^32', integerField(1, 2 ** 40), '08808080808020'],
    ['a negative integer in ten bytes', integerField(1, -1), '08ffffffffffffffffff01'],
    ['a field number above 15', integerField(20, 7), 'a00107'],
    ['text in UTF-8', textField(2, 'aé'), '120361c3a9'],
    ['empty text', textField(2, ''), '1200'],
    ['a float', floatField(2, 1.5), '150000c03f'],
    ['packed floats', packedFloats(7, [1, -2]), '3a080000803f000000c0'],
    ['packed integers', packedIntegers(8, [3, 270, 86942]), '4206038e029ea705'],
    ['repeated text', repeatedText(9, ['a', 'b']), '4a01614a0162'],
    ['a message in a message', bytesField(3, message(integerField(1, 150))), '1a03089601'],
  ])('%s', (_, field, expected) => {
    expect(hex(field)).toBe(expected);
  });
});
