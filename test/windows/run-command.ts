import { spawnInWineRoot } from './harness/wine-session.ts';

/** `node test/windows/run-command.ts wine program.exe …` runs one command in the Wine root, by hand. */
const result = await spawnInWineRoot(process.argv.slice(2), { timeoutMs: 600_000 });
process.stdout.write(result.stdout);
process.stderr.write(result.stderr);
process.exitCode = result.exitCode;
