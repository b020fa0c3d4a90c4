import type { ErrorEntry } from './error-entry.ts';

/** What is wrong with a recording, and with a record in it. */
export const inputCodes = {
  PC_EVENT_JSON: {
    cause: 'A line of the input is not JSON, or a list of documents has no end.',
    remedy: 'Look at the line; a file cut while it was written ends in such a line, or in an open list.',
  },
  PC_EVENT_SHAPE: {
    cause: 'A JSON document is none of the shapes the agent reads, or not the one that --format asks for.',
    remedy: 'Leave --format at auto, or export the events as ECS, Winlogbeat, evtx_dump or flat records.',
  },
  PC_EVENT_FIELD: {
    cause: 'A field of an event holds what it cannot hold, such as a process id that is no number.',
    remedy: 'Look at the field that the message names; the event was left out.',
  },
  PC_EVENT_UNPROCESSED: {
    cause: 'The pipeline failed on an event; it was passed over so that the agent goes on.',
    remedy: 'Report it with the stack in the log; the position in the message names the record.',
  },
  PC_SOURCE_MISSING: {
    cause: 'A file, folder or pattern that was asked for is not there, or holds nothing that is read.',
    remedy:
      'Check the path; files that are read end in .evtx, .json, .jsonl or .ndjson, also with .gz, or .zip.',
  },
  PC_SOURCE_KIND: {
    cause: 'Neither the name of a file nor its first bytes say what it holds.',
    remedy: 'Say it with --format, or give the file its usual ending.',
  },
  PC_SOURCE_FOLDER: {
    cause: 'A folder was named as what run or record is to follow; they follow one file of JSON lines.',
    remedy: 'Name a file in it, or read the recordings in it with replay.',
  },
  PC_SOURCE_UNREADABLE: {
    cause: 'A file or folder could not be read, or not to its end.',
    remedy: 'Check its permissions and the disk; what was read before the error counts.',
  },
  PC_SOURCE_COMPRESSED: {
    cause: 'A compressed file or archive is damaged, cut short, encrypted, or holds nothing that is read.',
    remedy: 'Copy or download it again; what could be decompressed before the damage was read.',
  },
  PC_SOURCE_RECORD_SIZE: {
    cause: 'A line or JSON document is longer than the longest that is read, and was skipped.',
    remedy:
      'Look whether the file holds one document per line; raise source.maxLineBytes if it must be so long.',
  },
  PC_SOURCE_BOOKMARK: {
    cause: 'Reading cannot go on where it stopped: the file is gone, is another or has changed.',
    remedy:
      'Inputs are read from the beginning; events seen before alert only once. What a file that is gone held unread is lost.',
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
} as const satisfies Record<`PC_${string}`, ErrorEntry>;
