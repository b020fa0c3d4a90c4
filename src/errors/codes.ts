interface ErrorEntry {
  /** What went wrong, in one sentence. */
  readonly cause: string;
  /** What the reader can do about it. */
  readonly remedy: string;
}

/**
 * The one table of error codes. docs/errors.md is generated from it.
 * Codes are PC_<ROOM>_<WHAT>; a code, once released, keeps its meaning.
 */
export const errorTable = {
  PC_INTERNAL: {
    cause: 'The agent met a state that its code holds impossible.',
    remedy: 'Report it with the message and the stack in the log.',
  },
  PC_USAGE: {
    cause: 'A command was called with arguments it does not take.',
    remedy: 'Run the command with --help and correct the arguments.',
  },
} as const satisfies Record<`PC_${string}`, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
