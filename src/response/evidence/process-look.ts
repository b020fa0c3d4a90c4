import type { ProcessTarget } from '../process-port.ts';

interface Look {
  /** `PC_OK`, or why nothing could be read. */
  readonly code: string;
  /** The system call behind it. */
  readonly cause: string;
}

export interface EnvironmentLook extends Look {
  /** `NAME=value`. */
  readonly entries: readonly string[];
  readonly isCut: boolean;
}

export interface ModulesLook extends Look {
  readonly modules: readonly MappedImage[];
  /** How many there are; more than listed when they did not fit. */
  readonly found: number;
}

export interface MappedImage {
  readonly path: string | undefined;
  readonly ntPath: string | undefined;
  readonly base: string;
  readonly bytes: number | undefined;
}

/** Looks into a process that runs, by its identity. windows/ has the real one. */
export interface ProcessLookPort {
  environment(target: ProcessTarget): Promise<EnvironmentLook>;
  modules(target: ProcessTarget): Promise<ModulesLook>;
}
