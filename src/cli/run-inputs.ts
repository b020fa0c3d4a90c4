import { listenForStop } from '../agent/index.ts';
import type { LoadedConfig } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import type { RecordPosition } from '../event/index.ts';
import type { Log, LogFields } from '../log/index.ts';
import { type EventSource, hasMoreAfter, type SourceBatch } from '../source/index.ts';
import { createHeapBrake } from './heap-brake.ts';
import { type CliIo, exitCodes } from './io.ts';
import { Progress } from './progress.ts';

const loggedPerCode = 20;

/**
 * Hands each batch of a source to `take`, reports what could not be read, and shows progress.
 * `isWaiting` is told with a batch that is not full: the input says no more for now, or has ended.
 * Ends early when `take` returns false, and after the batch at hand when the user stops it (Ctrl-C).
 * @returns whether the user stopped it before everything was read
 */
export async function runInputs(
  io: CliIo,
  source: EventSource,
  config: LoadedConfig['config'],
  log: Log,
  take: (batch: SourceBatch, isWaiting: boolean) => Promise<boolean>,
  bookmark?: string,
): Promise<boolean> {
  const progress = new Progress(io.stderr);
  const brakeHeap = createHeapBrake();
  const logged = new Map<string, number>();
  const stop = listenForStop();
  const options = {
    batchSize: config.source.batchSize,
    signal: stop.signal,
    ...(bookmark === undefined ? {} : { bookmark }),
  };
  try {
    for await (const batch of source.batches(options)) {
      if (stop.signal.aborted) break;
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
      const wantsMore = await take(batch, !hasMoreAfter(batch, options));
      progress.add(batch.recordsRead, batch.bytesRead);
      if (!wantsMore) break;
      brakeHeap();
    }
  } finally {
    stop.dispose();
  }
  progress.end();
  if (stop.signal.aborted) io.stderr.write('Stopped before everything was read.\n');
  return stop.signal.aborted;
}

/**
 * {@link runInputs} for what only the whole makes sense of.
 * @throws AgentError PC_STOPPED when the user stopped it
 */
export async function runAllInputs(...args: Parameters<typeof runInputs>): Promise<void> {
  if (await runInputs(...args)) throw new AgentError('PC_STOPPED', 'nothing was made of a part of the input');
}

/** Exit code of a command that read its inputs. */
export function endCodeOf({ rejected }: { readonly rejected: number }, isStopped = false): number {
  if (isStopped) return exitCodes.stopped;
  return rejected > 0 ? exitCodes.inputUnread : exitCodes.fine;
}

function describePosition({ source, record, offset }: RecordPosition): LogFields {
  return { file: source, record, offset };
}
