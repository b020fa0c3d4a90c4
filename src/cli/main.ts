#!/usr/bin/env -S node --max-semi-space-size=4
// The flag keeps V8's young generation small: at its own size it takes up to 100 MB, for events that live milliseconds.
import { run } from './program.ts';

process.exitCode = await run(process.argv.slice(2), process);
