/**
 * Sizes and places of the EVTX format (Windows Vista and later, versions 3.1 and 3.2), after the
 * description of the format by the libyal project. All integers are little-endian.
 */

export const FILE_HEADER_SIZE = 4096;
/** The part of the file header that its checksum covers. */
export const FILE_HEADER_CHECKED_SIZE = 120;
export const CHUNK_SIZE = 65_536;
/** Chunk header with its string and template tables; records follow. */
export const CHUNK_HEADER_SIZE = 512;
/** Signature, size, record id, written time. */
export const RECORD_HEADER_SIZE = 24;
/** A record ends with a copy of its size. */
export const RECORD_TRAILER_SIZE = 4;
export const RECORD_MIN_SIZE = RECORD_HEADER_SIZE + RECORD_TRAILER_SIZE;
/** `**\0\0` read as a 32-bit integer. */
export const RECORD_SIGNATURE = 0x0000_2a2a;
/** Next definition offset, GUID, data size. */
export const TEMPLATE_HEADER_SIZE = 24;

export const FILE_SIGNATURE = Buffer.from('ElfFile\0', 'latin1');
export const CHUNK_SIGNATURE = Buffer.from('ElfChnk\0', 'latin1');

/** Binary XML tokens, without {@link TOKEN_MORE}. */
export const Token = {
  endOfStream: 0x00,
  openElement: 0x01,
  closeStart: 0x02,
  closeEmpty: 0x03,
  endElement: 0x04,
  value: 0x05,
  attribute: 0x06,
  cdata: 0x07,
  characterReference: 0x08,
  entityReference: 0x09,
  piTarget: 0x0a,
  piData: 0x0b,
  templateInstance: 0x0c,
  substitution: 0x0d,
  optionalSubstitution: 0x0e,
  fragmentHeader: 0x0f,
} as const;

/** Set on a token that has more of its kind, or an attribute list, behind it. */
export const TOKEN_MORE = 0x40;

/** Types of substitution values. */
export const ValueType = {
  null: 0x00,
  string: 0x01,
  ansiString: 0x02,
  int8: 0x03,
  uint8: 0x04,
  int16: 0x05,
  uint16: 0x06,
  int32: 0x07,
  uint32: 0x08,
  int64: 0x09,
  uint64: 0x0a,
  real32: 0x0b,
  real64: 0x0c,
  boolean: 0x0d,
  binary: 0x0e,
  guid: 0x0f,
  sizeT: 0x10,
  fileTime: 0x11,
  systemTime: 0x12,
  sid: 0x13,
  hexInt32: 0x14,
  hexInt64: 0x15,
  binaryXml: 0x21,
} as const;

/** Set on the type of an array of values. */
export const VALUE_ARRAY = 0x80;
