import { expect, it } from 'vitest';
import { know, signature } from '../../src/windows/abi.ts';
import { readProcessFacts } from '../../src/windows/process-facts.ts';

const bytes = 5_160;

function readTrust(known: number, status: number): boolean | undefined {
  const struct = Buffer.alloc(bytes);
  struct.writeUInt32LE(known, 24);
  struct.writeUInt32LE(status, 40);
  return readProcessFacts(struct).trustedSignature;
}

it('a signature is trusted, not trusted, or not known', () => {
  expect(readTrust(know.SIGNATURE, signature.TRUSTED)).toBe(true);
  expect(readTrust(know.SIGNATURE, signature.NONE)).toBe(false);
  expect(readTrust(know.SIGNATURE, signature.REVOKED)).toBe(false);
  expect(readTrust(know.SIGNATURE, signature.ERROR)).toBeUndefined();
  expect(readTrust(0, 0)).toBeUndefined();
});
