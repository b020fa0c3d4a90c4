import { setFlagsFromString } from 'node:v8';

/**
 * From now on V8 looks for memory that is no longer needed whenever the heap has grown by about a third, in small steps beside
 * the work. Left alone it waits until the heap is three or four times what is in use: what a start leaves in rings and tables
 * is garbage minutes later, and makes a hundred megabytes until then. For what stays running; a recording that is read as fast
 * as possible would pay for it with a quarter more processor time.
 */
export function saveMemory(): void {
  setFlagsFromString('--memory-saver-mode');
}

/**
 * From now on V8 looks for what is in use on the main thread alone, in steps of a few tenths of a millisecond. A thread beside
 * it that does so keeps a second processor busy for tens of milliseconds; where there are two, the starts that come in
 * meanwhile wait for it.
 */
export function leaveProcessorsFree(): void {
  setFlagsFromString('--no-concurrent-marking');
}

/**
 * From now on V8 compiles with its interpreter's compiler and the optimising one, and not with the one between them: that
 * takes ten megabytes to compile what a start runs for a moment, and the allocator keeps them for good. To be told before
 * anything else, then; what stays running is soon optimised either way.
 */
export function leaveOutMiddleCompiler(): void {
  setFlagsFromString('--no-maglev');
}
