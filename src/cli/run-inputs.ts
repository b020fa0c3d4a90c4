import type { LoadedConfig } from '../config/index.ts';
import type { RecordPosition } from '../event/index.ts';
import type { Log, LogFields } from '../log/index.ts';
import type { EventSource, SourceBatch } from '../source/index.ts';
import { createHeapBrake } from './heap-brake.ts';
import type { CliIo } from './io.ts';
import { Progress } from './progress.ts';

const loggedPerCode = 20;

/**
 * Hands each batch of a source to `take`, reports what could not be read, and shows progress.
 * Ends early when `take` returns false.
 */
export async function runInputs(
  io: CliIo,
  source: EventSource,
  config: LoadedConfig['config'],
  log: Log,
  take: (batch: SourceBatch) => Promise<boolean>,
  bookmark?: string,
): Promise<void> {
  const progress = new Progress(io.stderr);
  const brakeHeap = createHeapBrake();
  const logged = new Map<string, number>();
  const options = { batchSize: config.source.batchSize, ...(bookmark === undefined ? {} : { bookmark }) };
  for await (const batch of source.batches(options)) {
    for (const { code, message, position } of batch.rejections) {
      const count = (logged.get(code) ?? 0) + 1;
      logged.set(code, count);
      if (count > loggedPerCode) continue;
      log.warn('Input rejected', { code, ...describePosition(position), why: message });
      if (count === loggedPerCode) log.warn('More of this kind are only counted', { code });
    }
    for (const { code, message, position } of batch.warnings) {
      log.debug('Input damaged, but all of it read', { code, ...describePosition(position), why: message });
    }
    const wantsMore = await take(batch);
    progress.add(batch.recordsRead, batch.bytesRead);
    if (!wantsMore) break;
    brakeHeap();
  }
  progress.end();
}

function describePosition({ source, record, offset }: RecordPosition): LogFields {
  return { file: source, record, offset };
}
