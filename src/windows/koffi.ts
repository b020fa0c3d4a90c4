import type { Bound, Ffi, FunctionSignature, NativeArgument, NativeType } from './functions.ts';

// In a bundle a static import of an outside package is carried out at the start, whether or not it is the one used.
const { default: koffi } = await import('koffi');

const typeNames: Readonly<Record<NativeType, string>> = {
  i32: 'int32_t',
  u32: 'uint32_t',
  u64: 'uint64_t',
  address: 'void *',
};

/** koffi: prebuilt for x64 and arm64. */
export const koffiFfi: Ffi = {
  name: 'koffi',

  bind<T extends Readonly<Record<string, FunctionSignature>>>(library: string, functions: T): Bound<T> {
    const loaded = koffi.load(library);
    const bound: Record<string, unknown> = {};
    for (const [name, { result, parameters }] of Object.entries(functions)) {
      const call = loaded.func(
        name,
        typeNames[result],
        parameters.map((type) => typeNames[type]),
      );
      bound[name] = Object.assign((...args: NativeArgument[]) => Number(call(...args)), {
        inBackground: (...args: NativeArgument[]) =>
          new Promise<number>((done, failed) => {
            call.async(...args, (error: Error | null, value: unknown) => {
              if (error) failed(error);
              else done(Number(value));
            });
          }),
      });
    }
    return bound as Bound<T>;
  },
};
