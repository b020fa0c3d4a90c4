import type { LoadedConfig } from '../config/index.ts';
import type { Log } from '../log/index.ts';
import type { EventSource, SourceBatch } from '../source/index.ts';
import type { CliIo } from './io.ts';
import { Progress } from './progress.ts';

const rejectionsLoggedPerCode = 20;

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
  const logged = new Map<string, number>();
  const options = { batchSize: config.source.batchSize, ...(bookmark === undefined ? {} : { bookmark }) };
  for await (const batch of source.batches(options)) {
    for (const { code, message, position } of batch.rejections) {
      const count = (logged.get(code) ?? 0) + 1;
      logged.set(code, count);
      if (count > rejectionsLoggedPerCode) continue;
      log.warn('Input rejected', {
        code,
        file: position.source,
        record: position.record,
        offset: position.offset,
        why: message,
      });
      if (count === rejectionsLoggedPerCode) log.warn('More of this kind are only counted', { code });
    }
    const wantsMore = await take(batch);
    progress.add(batch.recordsRead, batch.bytesRead);
    if (!wantsMore) break;
  }
  progress.end();
}
