/** V8's young generation stays small; at its own size it takes up to 100 MB. */
const youngGeneration = '--max-semi-space-size=4';

/**
 * How Node is started for any command. V8 compiles and collects on the main thread: the memory that the C library sets
 * aside for each of its threads is 15 to 25 MB, and on one processor they save no time. The heap may fill to what a run over
 * recordings keeps anyway before V8 looks it through: else it does so while the program loads, where all is still in use.
 */
export const nodeFlags: readonly string[] = [
  youngGeneration,
  '--min-semi-space-size=4',
  '--initial-old-space-size=96',
  '--single-threaded',
];

/**
 * How Node is started for the service. V8 compiles and collects beside the program on four threads. They have the
 * program's priority, and where processors are few an action on a process waits for them; one thread leaves the others free.
 */
export const serviceFlags: readonly string[] = [youngGeneration, '--v8-pool-size=1'];
