import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How far the heap may grow beyond what is in use, at least, and as a share of that. */
const leastSlackBytes = 16 * 1_048_576;
const slackShare = 0.3;

/**
 * Keeps the memory of a run over recordings near what is in use. V8 lets it grow to about four times that before it looks for what is no
 * longer needed, which for events that live seconds means hundreds of megabytes on a machine with memory to
 * spare; its flags can only set a limit at which the process dies. And each of its threads that optimises code keeps
 * some 4 MB for it; here nobody waits for the main thread, which optimises as well. Call what this answers between batches.
 */
export function createHeapBrake(): () => void {
  setFlagsFromString('--no-concurrent-recompilation');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let limitBytes = 0;
  return () => {
    if (getHeapStatistics().used_heap_size < limitBytes) return;
    collect();
    const usedBytes = getHeapStatistics().used_heap_size;
    limitBytes = usedBytes + Math.max(leastSlackBytes, usedBytes * slackShare);
  };
}
