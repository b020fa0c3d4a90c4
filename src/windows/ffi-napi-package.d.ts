/** The part of ffi-napi 4.0.3 that the agent uses; the package ships no types. */
declare module 'ffi-napi' {
  interface ForeignFunction {
    (...args: unknown[]): unknown;
    async(...args: unknown[]): void;
  }
  interface FfiPackage {
    /** Functions by name: [result, [parameters]]. */
    Library(
      library: string,
      functions: Record<string, [result: string, parameters: string[]]>,
    ): Record<string, ForeignFunction>;
  }
  const ffi: FfiPackage;
  export = ffi;
}
