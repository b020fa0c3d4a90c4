#!/usr/bin/env -S node --max-semi-space-size=4 --min-semi-space-size=4 --initial-old-space-size=96 --single-threaded
// The flags are nodeFlags in agent/installation, which says why.
import { setFlagsFromString } from 'node:v8';
import { exitCodes } from './io.ts';
import { run } from './program.ts';
import { endIfStalled } from './stalled-end.ts';

// Events outlive one collection of the young generation or two. From that V8 concludes that what they are made of is
// best put straight into the old generation, where each stays until a full collection.
setFlagsFromString('--no-allocation-site-pretenuring');
// A few megabytes are looked through faster by one thread than by several that must agree.
setFlagsFromString('--no-parallel-scavenge');

let outputFailure: Error | undefined;
let isRunning = true;
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has gone, such as `| head`, has all it wanted.
  if (error.code === 'EPIPE') return;
  outputFailure = error;
  if (!isRunning) endUnwritten(error);
});
// Nobody is left to be told.
process.stderr.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2), process);
isRunning = false;
// Where the command has noticed, it has said so.
if (outputFailure !== undefined && process.exitCode === exitCodes.fine) endUnwritten(outputFailure);
endIfStalled(Number(process.exitCode));

function endUnwritten({ message }: Error): void {
  process.stderr.write(`PC_OUTPUT_UNWRITABLE: the output could not be written: ${message}\n`);
  process.exitCode = exitCodes.inputUnread;
}
