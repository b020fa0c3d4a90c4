import ffi from 'ffi-napi';
import type { Bound, Ffi, FunctionSignature, NativeArgument, NativeType } from './functions.ts';

const typeNames: Readonly<Record<NativeType, string>> = {
  i32: 'int32',
  u32: 'uint32',
  u64: 'uint64',
  address: 'pointer',
};

/** ffi-napi: prebuilt for x64 only. A call costs microseconds, which one call per batch makes immaterial. */
export const ffiNapi: Ffi = {
  name: 'ffi-napi',

  bind<T extends Readonly<Record<string, FunctionSignature>>>(library: string, functions: T): Bound<T> {
    const wanted = Object.entries(functions).map(
      ([name, { result, parameters }]): [string, [string, string[]]] => [
        name,
        [typeNames[result], parameters.map((type) => typeNames[type])],
      ],
    );
    const foreign = ffi.Library(library, Object.fromEntries(wanted));
    const bound: Record<string, unknown> = {};
    for (const name of Object.keys(functions)) {
      const call = foreign[name]!;
      bound[name] = Object.assign((...args: NativeArgument[]) => Number(call(...args.map(toForeign))), {
        inBackground: (...args: NativeArgument[]) =>
          new Promise<number>((done, failed) => {
            call.async(...args.map(toForeign), (error: Error | null, result: unknown) => {
              if (error) failed(error);
              else done(Number(result));
            });
          }),
      });
    }
    return bound as Bound<T>;
  },
};

/** 64-bit integers go in as decimal text, which keeps all their bits. */
function toForeign(value: NativeArgument): unknown {
  if (typeof value === 'bigint') return value.toString();
  // The package takes Buffers only; this is a view of the same memory.
  if (value instanceof Uint8Array && !Buffer.isBuffer(value)) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return value;
}
