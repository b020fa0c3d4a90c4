import type { ProcessTarget } from '../process-port.ts';

/** What a look came to. */
export interface Look {
  /** `PC_OK`, or why nothing could be read: `PC_E_IDENTITY`, `PC_E_EXITED`, `PC_E_ACCESS`, … */
  readonly code: string;
  /** The system call behind it. */
  readonly cause: string;
}

export interface EnvironmentLook extends Look {
  /** `NAME=value`, as the process has them now. */
  readonly entries: readonly string[];
  /** There is more than was read. */
  readonly isCut: boolean;
}

export interface ModulesLook extends Look {
  readonly modules: readonly MappedImage[];
  /** How many the process has; more than are listed when they did not fit. */
  readonly found: number;
}

/** One image mapped into a process. */
export interface MappedImage {
  /** `C:\…`, of the file that is mapped; what the loader's list says where that has no drive letter. */
  readonly path: string | undefined;
  /** `\Device\HarddiskVolume…`, as the memory manager names the file. */
  readonly ntPath: string | undefined;
  /** Address as `0x7ffb…`. */
  readonly base: string;
  /** In memory. */
  readonly bytes: number | undefined;
}

/** Looks into a process that runs, by its identity. windows/ has the real one. */
export interface ProcessLookPort {
  environment(target: ProcessTarget): Promise<EnvironmentLook>;
  modules(target: ProcessTarget): Promise<ModulesLook>;
}
