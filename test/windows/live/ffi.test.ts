import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ffiNames } from '../../../src/windows/functions.ts';
import { loadFfi } from '../../../src/windows/load-ffi.ts';
import { readSecurity } from '../../../src/windows/path-security.ts';

const kernel32 = {
  GetCurrentProcessId: { result: 'u32', parameters: [] },
  GetTickCount64: { result: 'u64', parameters: [] },
  QueryPerformanceFrequency: { result: 'i32', parameters: ['address'] },
  SetLastError: { result: 'u32', parameters: ['u32'] },
  CreateEventA: { result: 'u64', parameters: ['address', 'i32', 'i32', 'address'] },
  SetEvent: { result: 'i32', parameters: ['u64'] },
  WaitForSingleObject: { result: 'u32', parameters: ['u64', 'u32'] },
  lstrcmpA: { result: 'i32', parameters: ['address', 'address'] },
} as const;

const ntdll = {
  RtlCopyMemory: { result: 'u64', parameters: ['address', 'address', 'u64'] },
} as const;

for (const name of ffiNames) {
  describe(`FFI by ${name}`, async () => {
    const ffi = await loadFfi(name);
    const kernel = ffi.bind('kernel32.dll', kernel32);

    test('numbers come back', () => {
      assert.equal(kernel.GetCurrentProcessId(), process.pid);
      assert.ok(kernel.GetTickCount64() > 0);
    });

    test('negative results stay negative', () => {
      assert.equal(kernel.lstrcmpA(Buffer.from('a\0'), Buffer.from('b\0')), -1);
    });

    test('C writes into our buffer', () => {
      const frequency = Buffer.alloc(8);
      assert.equal(kernel.QueryPerformanceFrequency(frequency), 1);
      assert.ok(frequency.readBigUInt64LE() > 0n);
    });

    test('a view into a larger buffer is passed where it begins; 64-bit lengths go in whole', () => {
      const { RtlCopyMemory } = ffi.bind('ntdll.dll', ntdll);
      const memory = new ArrayBuffer(32);
      new Uint8Array(memory).set([9, 8, 7], 16);
      const target = Buffer.alloc(8);
      RtlCopyMemory(target, new Uint8Array(memory, 16, 8), 3n);
      assert.deepEqual([...target], [9, 8, 7, 0, 0, 0, 0, 0]);
    });

    test('null is NULL', () => {
      assert.equal(kernel.lstrcmpA(null, null), 0);
    });

    test('in the background the main thread goes on', async () => {
      const limitMs = 60_000;
      const event = BigInt(kernel.CreateEventA(null, 1, 0, null));
      let turns = 0;
      // What they wait for only comes if the main thread turns meanwhile.
      const timer = setInterval(() => ++turns === 5 && kernel.SetEvent(event), 5);
      const waits = [1, 2].map(() => kernel.WaitForSingleObject.inBackground(event, limitMs));
      assert.deepEqual(await Promise.all(waits), [0, 0]);
      clearInterval(timer);
      assert.ok(turns >= 5, `${turns} turns`);
    });

    test('a library or function that is not there is an error', () => {
      assert.throws(() => ffi.bind('C:\\no\\such.dll', kernel32));
      assert.throws(() =>
        ffi.bind('kernel32.dll', { NoSuchFunction: { result: 'u32', parameters: [] } } as const),
      );
    });

    test('who may write a file, asked of Windows itself', () => {
      const { currentUserSid, descriptorOf } = readSecurity(ffi);
      assert.match(currentUserSid, /^S-1-5-/);
      assert.match(descriptorOf('C:\\windows\\system32\\kernel32.dll'), /^O:.*D:/);
      assert.throws(() => descriptorOf('C:\\no\\such.dll'), { code: 'PC_NATIVE_UNSAFE' });
    });
  });
}
