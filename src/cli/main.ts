#!/usr/bin/env -S node --max-semi-space-size=4
// The flag, one of nodeFlags in agent/installation, keeps V8's young generation small: at its own size it takes up to 100 MB, for events that live milliseconds.
import { setFlagsFromString } from 'node:v8';
import { run } from './program.ts';

// Events outlive one collection of the young generation or two. From that V8 concludes that what they are made of is
// best put straight into the old generation, where each stays until a full collection.
setFlagsFromString('--no-allocation-site-pretenuring');
// A few megabytes are looked through faster by one thread than by several that must agree.
setFlagsFromString('--no-parallel-scavenge');

process.exitCode = await run(process.argv.slice(2), process);
