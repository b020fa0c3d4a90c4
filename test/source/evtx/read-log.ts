import { AgentError } from '../../../src/errors/index.ts';
import type { WinEvent } from '../../../src/event/index.ts';
import { type EvtxFinding, type EvtxReadOptions, readEvtxChunks } from '../../../src/source/evtx/index.ts';

/** What came out of a log, and how its bytes were accounted for. */
export interface ReadLog {
  readonly events: WinEvent[];
  readonly findings: EvtxFinding[];
  readonly refusals: AgentError[];
  readonly bytes: number;
}

/** Reads every record of a log three ways (fields, tree, XML) and adds up what was covered. */
export async function readLog(input: Buffer | string, options: EvtxReadOptions = {}): Promise<ReadLog> {
  const log: ReadLog & { bytes: number } = { events: [], findings: [], refusals: [], bytes: 0 };
  const source = typeof input === 'string' ? input : pieces(input, 10_007);
  for await (const chunk of readEvtxChunks(source, options)) {
    log.bytes += chunk.size;
    log.findings.push(...chunk.findings);
    for (const record of chunk.records()) {
      try {
        log.events.push(record.event());
        record.eventFromTree();
        record.toXml();
      } catch (error) {
        if (!(error instanceof AgentError)) throw error;
        log.refusals.push(error);
      }
    }
  }
  return log;
}

/** Bytes in pieces of a size that no boundary of the format divides. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
