import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** `npm run bench [NAME…]`: each benchmark in a process of its own, one figure a line as {name, value, unit}. */
const all = [
  'evtx',
  'ndjson',
  'features',
  'scoring',
  'lineage',
  'incident',
  'response',
  'forward',
  'end-to-end',
];

const chosen = process.argv.slice(2);
for (const name of chosen.length > 0 ? chosen : all) {
  const script = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { status } = spawnSync(process.execPath, ['--expose-gc', script], { stdio: 'inherit' });
  if (status !== 0) {
    process.stderr.write(`bench/${name}.ts ended with ${status}\n`);
    process.exitCode = 1;
  }
}
