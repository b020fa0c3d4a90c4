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
  PC_RULE_INVALID: {
    cause: 'A rule file is not YAML, or not a rule.',
    remedy: 'Correct the key that the message names, or remove the file; the shipped rules need none.',
  },
  PC_STORE_OPEN: {
    cause: 'The state file could not be opened as a SQLite database.',
    remedy: 'Check that the folder exists, is writable, and that the file is a state file of this agent.',
  },
  PC_STORE_NEWER: {
    cause: 'The state file was written by a newer version of the agent.',
    remedy: 'Install that version again, or move the state file aside to begin a new one.',
  },
} as const satisfies Record<`PC_${string}`, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
