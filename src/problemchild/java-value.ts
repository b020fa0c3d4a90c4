import type { FeatureValue } from './feature-set.ts';

/*
 * Elastic's encoders look values up by what Java's toString() makes of them, and its trees take what
 * Double.parseDouble() makes of a string.
 */

/** Java's toString(): `true`, `1`, and `1.0` where the value is a double. */
export function javaToString(value: FeatureValue, isDouble: boolean): string {
  return typeof value === 'number' && isDouble ? doubleToString(value) : String(value);
}

function doubleToString(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value) || value === 0 || (magnitude >= 1e-3 && magnitude < 1e7)) {
    return Number.isInteger(value) ? `${value}.0` : String(value);
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${Number(exponent)}`;
}

const decimalNumber = /^[\0-\x20]*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?[\0-\x20]*$/;
const numberSuffix = /[fFdD]?[\0-\x20]*$/;

/** The number in a string as Java reads decimal ones; NaN where there is none. */
export function parseJavaDouble(text: string): number {
  return decimalNumber.test(text) ? Number(text.replace(numberSuffix, '')) : Number.NaN;
}
