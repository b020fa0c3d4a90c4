import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openForMachine, sealForMachine } from '../../../src/windows/index.ts';
import { ffiNames, openTestLibrary } from './open-test-library.ts';

for (const ffi of ffiNames) {
  describe(`secrets sealed for the machine by ${ffi}`, async () => {
    const library = await openTestLibrary(ffi);

    test('open again, whatever is in them', () => {
      for (const secret of ['x', 'pässwörd ☃ "quoted"', 'k'.repeat(16_384)]) {
        const sealed = sealForMachine(library, secret);
        assert.match(sealed, /^[A-Za-z0-9+/]+=*$/);
        assert.equal(openForMachine(library, sealed), secret);
      }
    });

    test('show nothing of the secret, and are different each time', () => {
      const secret = 'the-token-of-the-siem';
      const sealed = sealForMachine(library, secret);
      const bytes = Buffer.from(sealed, 'base64');
      assert.equal(bytes.includes(secret), false);
      assert.equal(bytes.includes(Buffer.from(secret, 'utf16le')), false);
      assert.notEqual(sealForMachine(library, secret), sealed);
    });

    test('changed, or no sealed secret at all, are refused', () => {
      const bytes = Buffer.from(sealForMachine(library, 'the-token-of-the-siem'), 'base64');
      const at = bytes.length - 40;
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      const refused = { code: /^PC_NATIVE_/, message: /could not be opened.*CryptUnprotectData/ };
      assert.throws(() => openForMachine(library, bytes.toString('base64')), refused);
      assert.throws(() => openForMachine(library, Buffer.from('not sealed').toString('base64')), refused);
      assert.throws(() => openForMachine(library, ''), { code: 'PC_NATIVE_CALL' });
    });

    test('longer than a secret can be is refused before it is sealed', () => {
      assert.throws(() => sealForMachine(library, 'k'.repeat(16_385)), RangeError);
    });
  });
}
