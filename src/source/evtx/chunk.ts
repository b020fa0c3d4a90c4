import type { ErrorCode } from '../../errors/index.ts';
import { areRecordsSound, freeSpaceOf, hasChunkSignature, isChunkHeaderSound } from './chunk-header.ts';
import type { EvtxFinding } from './finding.ts';
import { CHUNK_HEADER_SIZE, CHUNK_SIZE } from './layout.ts';
import { NameTable } from './name-table.ts';
import { EvtxRecord } from './record.ts';
import type { RecordContext } from './record-context.ts';
import { type FreeSpace, type RecordWalk, walkRecords } from './record-walk.ts';
import { type PlannedTemplate, TemplateStore } from './template-store.ts';
import { RepeatedText } from './text.ts';
import { ValueTable } from './value-table.ts';

/**
 * One chunk of a log: 64 KiB that can be read by themselves. The reader loads chunk after chunk into
 * the same one, so its records are good until the next is loaded.
 */
export class EvtxChunk implements RecordContext {
  readonly source: string;
  /** Room for one chunk; the reader fills it. */
  readonly bytes = Buffer.alloc(CHUNK_SIZE);
  readonly names = new NameTable(this.bytes);
  readonly #templates = new TemplateStore(this);
  readonly systemValues = new ValueTable(this.bytes);
  readonly dataValues = new ValueTable(this.bytes);
  readonly providerText = new RepeatedText();
  readonly channelText = new RepeatedText();
  openedAt = -1;
  fileOffset = 0;
  /** Bytes of the chunk that are there; less than 64 KiB only at the end of a cut file. */
  size = 0;
  /** Bytes behind the last record that hold none. */
  unusedBytes = 0;
  /** What is wrong with the chunk, its checksums and the stretches between its records. */
  findings: EvtxFinding[] = [];
  #records: RecordWalk['records'] = [];

  constructor(source: string) {
    this.source = source;
  }

  get recordCount(): number {
    return this.#records.length;
  }

  get endOffset(): number {
    return this.fileOffset + this.size;
  }

  /** Takes up the first `size` bytes of {@link bytes}, which stand at `fileOffset` of the log. */
  load(fileOffset: number, size: number): void {
    this.#begin(fileOffset, size);
    if (size < CHUNK_SIZE) {
      this.bytes.fill(0, size);
      this.#find(
        'PC_SOURCE_EVTX_TRUNCATED',
        `the chunk is cut ${CHUNK_SIZE - size} bytes before its end`,
        0,
        0,
      );
    }
    const walk = walkRecords(this.bytes, size, this.#readFreeSpace());
    this.#records = walk.records;
    this.unusedBytes = walk.unused;
    for (const gap of walk.gaps) {
      this.#find(
        'PC_SOURCE_EVTX_RECORD',
        `${gap.size} bytes between records hold none`,
        gap.offset,
        gap.size,
      );
    }
  }

  /** Takes up a stretch of `size` bytes that is no chunk, and what is wrong with it, if anything. */
  loadGap(fileOffset: number, size: number, code: undefined): void;
  loadGap(fileOffset: number, size: number, code: ErrorCode, message: string, bytesSkipped: number): void;
  loadGap(fileOffset: number, size: number, code?: ErrorCode, message = '', bytesSkipped = 0): void {
    this.#begin(fileOffset, size);
    this.unusedBytes = bytesSkipped === 0 ? size : 0;
    if (code !== undefined) this.#find(code, message, 0, bytesSkipped);
  }

  /** Leaves out the records up to the one at `recordOffset` of the file, and what was found with them. */
  dropThrough(recordOffset: number): void {
    this.#records = this.#records.filter(({ offset }) => this.fileOffset + offset > recordOffset);
    this.findings = [];
  }

  *records(): Generator<EvtxRecord, void, undefined> {
    for (const { offset, size } of this.#records) yield new EvtxRecord(this, offset, size);
  }

  template(offset: number, id: number): PlannedTemplate {
    return this.#templates.at(offset, id);
  }

  #begin(fileOffset: number, size: number): void {
    this.fileOffset = fileOffset;
    this.size = size;
    this.unusedBytes = 0;
    this.findings = [];
    this.openedAt = -1;
    this.#records = [];
    this.names.reset();
    this.#templates.reset();
  }

  /** Where the header says free space begins; notes what is wrong with the header on the way. */
  #readFreeSpace(): FreeSpace | undefined {
    const { bytes, size } = this;
    const hasSignature = hasChunkSignature(bytes, 0);
    const isTrusted = hasSignature && isChunkHeaderSound(bytes, 0);
    if (!hasSignature) {
      this.#find('PC_SOURCE_EVTX_CHECKSUM', 'the chunk has no signature', 0, 0);
    } else if (!isTrusted && size >= CHUNK_HEADER_SIZE) {
      this.#find('PC_SOURCE_EVTX_CHECKSUM', 'the header of the chunk does not match its checksum', 0, 0);
    } else if (size === CHUNK_SIZE && !areRecordsSound(bytes)) {
      this.#find('PC_SOURCE_EVTX_CHECKSUM', 'the records of the chunk do not match their checksum', 0, 0);
    }
    const offset = freeSpaceOf(bytes);
    return offset === undefined ? undefined : { offset, isTrusted };
  }

  #find(code: ErrorCode, message: string, at: number, bytesSkipped: number): void {
    this.findings.push({ code, message, offset: this.fileOffset + at, record: 0, bytesSkipped });
  }
}
