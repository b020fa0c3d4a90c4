/** The parts of ffi-napi 4.0.3 and ref-napi 3.0.3 that the agent uses; the packages ship no types. */
declare module 'ffi-napi' {
  interface FfiPackage {
    /** A prepared call, ffi_cif. */
    CIF(result: string, parameters: readonly string[]): Buffer;
    /** `get` gives a C function's address as a Buffer. */
    DynamicLibrary(path: string): { get(name: string): Buffer };
    ForeignFunction(
      code: Buffer,
      result: string,
      parameters: readonly string[],
    ): { async(...args: unknown[]): void };
  }
  const ffi: FfiPackage;
  export = ffi;
}

declare module 'ffi-napi/lib/bindings.js' {
  const bindings: {
    /** libffi's ffi_call: `values` holds the address of each argument, `result` takes at least 8 bytes. */
    ffi_call(cif: Buffer, code: Buffer, result: Buffer, values: Buffer): void;
  };
  export = bindings;
}

declare module 'ref-napi' {
  const ref: {
    /** The memory a Buffer views, in hexadecimal. */
    hexAddress(buffer: Buffer): string;
  };
  export = ref;
}
