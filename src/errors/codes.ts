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
  PC_SOURCE_EVTX_HEADER: {
    cause: 'The header of an EVTX file is damaged; its records are read all the same.',
    remedy: 'Copy the log again from its source, or export it with wevtutil epl.',
  },
  PC_SOURCE_EVTX_EMPTY: {
    cause: 'A file is too short to be an EVTX log.',
    remedy: 'Check that it was copied completely.',
  },
  PC_SOURCE_EVTX_CHECKSUM: {
    cause: 'A chunk of an EVTX file does not match its checksum; the records in it that parse are read.',
    remedy: 'Treat the records of this chunk with doubt: the log was not closed, or was altered or damaged.',
  },
  PC_SOURCE_EVTX_CHUNK: {
    cause: 'A stretch of an EVTX file holds no chunk of records where one should be; it is skipped.',
    remedy: 'Copy the log again from its source; the records of this stretch are lost in this copy.',
  },
  PC_SOURCE_EVTX_TRUNCATED: {
    cause: 'An EVTX file ends inside a chunk; the records before the cut are read.',
    remedy: 'Copy the log again completely.',
  },
  PC_SOURCE_EVTX_RECORD: {
    cause: 'A record of an EVTX file is damaged and was skipped.',
    remedy: 'Look at the record with another tool; if that reads it, report it with the file.',
  },
  PC_SOURCE_EVTX_TEMPLATE: {
    cause: 'A record of an EVTX file rests on a template definition that is damaged, and was skipped.',
    remedy: 'Look at the record with another tool; if that reads it, report it with the file.',
  },
  PC_SOURCE_EVTX_LIMIT: {
    cause: 'A record of an EVTX file unfolds to far more than any event Windows writes, and was skipped.',
    remedy: 'Treat the file as tampered with.',
  },
  PC_CONFIG_INVALID: {
    cause: 'The configuration holds several errors; each is listed with its place.',
    remedy: 'Correct the listed keys, then run `problemchild config check`.',
  },
  PC_CONFIG_INVALID_VALUE: {
    cause: 'A setting holds a value of the wrong type or outside its range.',
    remedy: 'Give what the message says was expected; docs/configuration.md lists every setting.',
  },
  PC_CONFIG_SYNTAX: {
    cause:
      'The configuration file is not sound YAML: bad syntax, a key given twice, a tag, or too many aliases.',
    remedy: 'Correct the line that the message names.',
  },
  PC_CONFIG_TOO_LARGE: {
    cause: 'The configuration file is larger than any real one.',
    remedy: 'Check that the right file was named.',
  },
  PC_CONFIG_UNKNOWN_KEY: {
    cause: 'The configuration holds a key that no setting has.',
    remedy: 'Correct its spelling or remove it; docs/configuration.md lists every setting.',
  },
  PC_CONFIG_UNKNOWN_VARIABLE: {
    cause: 'An environment variable begins with PC_ but belongs to no setting.',
    remedy: 'Correct its spelling or unset it; docs/configuration.md lists every variable.',
  },
  PC_CONFIG_UNREADABLE: {
    cause: 'The configuration file cannot be read.',
    remedy: 'Check its path, its permissions, and that it is a regular file in UTF-8.',
  },
  PC_CONFIG_UNSAFE: {
    cause: 'The configuration file can be changed by users other than its owner.',
    remedy: 'Take write access from them (chmod go-w FILE) and check the contents before using it.',
  },
} as const satisfies Record<`PC_${string}`, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
