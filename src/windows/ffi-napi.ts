import type { Bound, Ffi, FunctionSignature, NativeArgument, NativeType } from './functions.ts';

// In a bundle a static import of an outside package is carried out at the start, whether or not it is the one used.
const { default: ffi } = await import('ffi-napi');
const { default: bindings } = await import('ffi-napi/lib/bindings.js');
const { default: ref } = await import('ref-napi');

const typeNames: Readonly<Record<NativeType, string>> = {
  i32: 'int32',
  u32: 'uint32',
  u64: 'uint64',
  address: 'pointer',
};

const slotBytes = 8;

/** ffi-napi: prebuilt for x64 only. */
export const ffiNapi: Ffi = {
  name: 'ffi-napi',

  bind<T extends Readonly<Record<string, FunctionSignature>>>(library: string, functions: T): Bound<T> {
    const loaded = ffi.DynamicLibrary(library);
    const bound: Record<string, unknown> = {};
    for (const [name, signature] of Object.entries(functions)) {
      const code = loaded.get(name);
      bound[name] = Object.assign(bindBlocking(code, signature), {
        inBackground: bindBackground(code, signature),
      });
    }
    return bound as Bound<T>;
  },
};

/**
 * The call that the package makes itself allocates for each argument, in memory that is given back late
 * or never: a reader at 200 batches a second grew by 300 MB an hour. This one lays the arguments into
 * memory made once, and is several times faster. A function is not called while it runs, so that one
 * place for its arguments is enough; each thread binds its own.
 */
function bindBlocking(
  code: Buffer,
  { result, parameters }: FunctionSignature,
): (...args: NativeArgument[]) => number {
  const cif = ffi.CIF(
    typeNames[result],
    parameters.map((type) => typeNames[type]),
  );
  const values = Buffer.alloc(Math.max(parameters.length, 1) * slotBytes);
  const addresses = Buffer.alloc(values.length);
  const base = addressOf(values);
  parameters.forEach((_, index) => {
    addresses.writeBigUInt64LE(base + BigInt(index * slotBytes), index * slotBytes);
  });
  const answer = Buffer.alloc(slotBytes);
  return (...args) => {
    for (let index = 0; index < parameters.length; index++) {
      writeValue(values, index * slotBytes, parameters[index]!, args[index]!);
    }
    bindings.ffi_call(cif, code, answer, addresses);
    if (result === 'u64') return Number(answer.readBigUInt64LE());
    return result === 'i32' ? answer.readInt32LE() : answer.readUInt32LE();
  };
}

function writeValue(values: Buffer, at: number, type: NativeType, value: NativeArgument): void {
  if (type === 'u64') values.writeBigUInt64LE(value as bigint, at);
  else if (type === 'i32') values.writeInt32LE(value as number, at);
  else if (type === 'u32') values.writeUInt32LE(value as number, at);
  else values.writeBigUInt64LE(value === null ? 0n : addressOf(value as Uint8Array), at);
}

/** Buffers that are used for every call, as the reader's are, are asked for their address once. */
const knownAddresses = new WeakMap<Uint8Array, bigint>();

function addressOf(bytes: Uint8Array): bigint {
  let address = knownAddresses.get(bytes);
  if (address === undefined) {
    address = BigInt(`0x${ref.hexAddress(toBuffer(bytes))}`);
    knownAddresses.set(bytes, address);
  }
  return address;
}

function bindBackground(
  code: Buffer,
  { result, parameters }: FunctionSignature,
): (...args: NativeArgument[]) => Promise<number> {
  const call = ffi.ForeignFunction(
    code,
    typeNames[result],
    parameters.map((type) => typeNames[type]),
  );
  return (...args) =>
    new Promise((done, failed) => {
      call.async(...args.map(toForeign), (error: Error | null, value: unknown) => {
        if (error) failed(error);
        else done(Number(value));
      });
    });
}

/** 64-bit integers go in as decimal text, which keeps all their bits. */
function toForeign(value: NativeArgument): unknown {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? toBuffer(value) : value;
}

/** The packages take Buffers only; this is a view of the same memory. */
function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
