import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Up to this size the heap may fill with what is no longer needed: a run that needs little collects seldom. */
const freeBytes = 60 * 1_048_576;
/** How far it may grow beyond what is in use in any case, at least, and as a share of that. */
const leastSlackBytes = 12 * 1_048_576;
const slackShare = 0.25;

/**
 * Keeps the memory of a run over recordings near what is in use. V8 lets the heap grow to about four times that before
 * it looks for what is no longer needed, which for events that live seconds means hundreds of megabytes on a machine
 * with memory to spare; its flags can only set a limit at which the process dies. And each of its threads that optimises
 * code keeps some 4 MB for it; here nobody waits for the main thread, which optimises as well. Call what this answers
 * between batches.
 */
export function createHeapBrake(): () => void {
  setFlagsFromString('--no-concurrent-recompilation');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let limitBytes = freeBytes;
  return () => {
    if (getHeapStatistics().used_heap_size < limitBytes) return;
    // Otherwise it leaves pages that are half empty as they are, and what little lives there holds all of them.
    setFlagsFromString('--memory-saver-mode');
    collect();
    // For good it would have V8 collect by itself, long before the limit.
    setFlagsFromString('--no-memory-saver-mode');
    const usedBytes = getHeapStatistics().used_heap_size;
    limitBytes = Math.max(freeBytes, usedBytes + Math.max(leastSlackBytes, usedBytes * slackShare));
  };
}
