/** How a value crosses into C. `address` takes a Buffer, or `null` where the header allows NULL. */
export type NativeType = 'i32' | 'u32' | 'u64' | 'address';

export interface FunctionSignature {
  readonly result: NativeType;
  readonly parameters: readonly NativeType[];
}

function returning(result: NativeType, ...parameters: readonly NativeType[]): FunctionSignature {
  return { result, parameters };
}

/** The functions of native/include/problemchild.h that the agent calls, in the header's order. */
export const problemchildFunctions = {
  pc_abi_version: returning('u32'),
  pc_build_flags: returning('u32'),
  pc_etw_open: returning('i32', 'address', 'address', 'address'),
  pc_eventlog_open: returning('i32', 'address', 'u32', 'address', 'u32', 'address', 'address', 'address'),
  pc_eventlog_channel: returning('i32', 'address', 'u32', 'address', 'address'),
  pc_eventlog_query: returning(
    'i32',
    'address',
    'u32',
    'address',
    'address',
    'u32',
    'address',
    'address',
    'address',
    'address',
  ),
  pc_etw_stop_orphans: returning('i32', 'address', 'address'),
  pc_etw_sessions: returning('i32', 'address', 'u32', 'address', 'address'),
  pc_read: returning('i32', 'u64', 'address', 'u32', 'u32', 'address', 'address', 'address'),
  pc_stop: returning('i32', 'u64', 'address'),
  pc_close: returning('i32', 'u64'),
  pc_counters: returning('i32', 'u64', 'address'),
  pc_process_query: returning('i32', 'address', 'address', 'address'),
  pc_process_suspend: returning('i32', 'address', 'address', 'address'),
  pc_process_resume: returning('i32', 'address', 'address', 'address'),
  pc_process_terminate: returning('i32', 'address', 'address', 'address'),
  pc_process_begin_end: returning('i32', 'address', 'address', 'address', 'address'),
  pc_process_await_end: returning('i32', 'u64', 'address', 'address'),
  pc_process_terminate_tree: returning('i32', 'address', 'address', 'address', 'u32', 'address', 'address'),
  pc_process_tree: returning('i32', 'address', 'address', 'address', 'u32', 'address', 'address'),
  pc_process_list: returning('i32', 'address', 'u32', 'address', 'address', 'address'),
  pc_process_environment: returning('i32', 'address', 'address', 'u32', 'address', 'address', 'address'),
  pc_process_modules: returning(
    'i32',
    'address',
    'address',
    'u32',
    'address',
    'address',
    'address',
    'address',
  ),
  pc_path_is_secure: returning('i32', 'address', 'u32', 'address', 'address'),
  pc_secure_directory_create: returning('i32', 'address', 'u32', 'address'),
  pc_pipe_create: returning('i32', 'address', 'u32', 'address', 'u32', 'u32', 'address', 'address'),
  pc_pipe_accept: returning('i32', 'u64', 'u32', 'address', 'address'),
  pc_pipe_connect: returning('i32', 'address', 'u32', 'u32', 'address', 'address'),
  pc_pipe_read: returning('i32', 'u64', 'address', 'u32', 'u32', 'address', 'address'),
  pc_pipe_write: returning('i32', 'u64', 'address', 'u32', 'u32', 'address'),
  pc_pipe_caller: returning('i32', 'u64', 'address', 'u32', 'address', 'address'),
  pc_service_start: returning('i32', 'address', 'u32', 'address'),
  pc_service_read: returning('i32', 'u32', 'address', 'address'),
  pc_service_report: returning('i32', 'u32', 'u32', 'u32', 'u32', 'address'),
  pc_service_configure: returning(
    'i32',
    'address',
    'u32',
    'address',
    'address',
    'u32',
    'address',
    'u32',
    'address',
    'u32',
    'address',
    'address',
  ),
  pc_registry_read_u32: returning('i32', 'address', 'u32', 'address', 'u32', 'address', 'address'),
  pc_watch_open: returning('i32', 'u32', 'address', 'u32', 'address', 'address'),
  pc_watch_beat: returning('i32', 'u64'),
  pc_isolation_apply: returning('i32', 'address', 'u32', 'u64', 'u32', 'address'),
  pc_isolation_remove: returning('i32', 'address'),
  pc_isolation_read: returning('i32', 'address', 'address'),
  pc_log_open: returning('i32', 'address', 'u32', 'address', 'address'),
  pc_log_write: returning('i32', 'u64', 'u32', 'u32', 'address', 'u32', 'address'),
  pc_secret_protect: returning('i32', 'address', 'u32', 'address', 'u32', 'address', 'address'),
  pc_secret_unprotect: returning('i32', 'address', 'u32', 'address', 'u32', 'address', 'address'),
} as const satisfies Record<string, FunctionSignature>;

export type ProblemchildFunction = keyof typeof problemchildFunctions;

export type NativeArgument = number | bigint | Uint8Array | null;
type ArgumentOf<T extends NativeType> = T extends 'address'
  ? Uint8Array | null
  : T extends 'u64'
    ? bigint
    : number;
type ArgumentsOf<P extends readonly NativeType[]> = {
  -readonly [I in keyof P]: ArgumentOf<P[I]>;
};

/** One bound C function. `inBackground` runs it on a pool thread and leaves the main thread free. */
export interface BoundFunction<S extends FunctionSignature> {
  (...args: ArgumentsOf<S['parameters']>): number;
  inBackground(...args: ArgumentsOf<S['parameters']>): Promise<number>;
}

export type Bound<T extends Readonly<Record<string, FunctionSignature>>> = {
  readonly [N in keyof T]: BoundFunction<T[N]>;
};

/** The FFI port: what differs between one FFI package and another is behind this. */
export interface Ffi {
  readonly name: FfiName;
  /** Loads the library at this path, or a system library by its name, and binds the functions. */
  bind<T extends Readonly<Record<string, FunctionSignature>>>(library: string, functions: T): Bound<T>;
}

export const ffiNames = ['ffi-napi', 'koffi'] as const;
export type FfiName = (typeof ffiNames)[number];
