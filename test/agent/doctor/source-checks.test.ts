import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runDoctor } from '../../../src/agent/doctor/run-doctor.ts';
import { sourceChecks } from '../../../src/agent/doctor/source-checks.ts';
import { loadConfig } from '../../../src/config/index.ts';

test('what the agent reads: captured, piped, a file that is there or not, a folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'source-checks-'));
  const path = join(folder, 'starts.ndjson');
  writeFileSync(path, '');
  try {
    for (const [input, state] of [
      ['auto', 'ok'],
      ['-', 'ok'],
      [path, 'ok'],
      [`${path}.1`, 'warn'],
      [`${folder}/`, 'fail'],
    ] as const) {
      const loaded = loadConfig({
        env: {},
        flags: [{ flag: '--source', key: 'source.input', value: input }],
      });
      const { checks } = await runDoctor(
        {
          loaded,
          refusal: undefined,
          env: {},
          clock: { nowMs: () => 0 },
          probe: false,
          windows: undefined,
        },
        sourceChecks,
      );
      expect([input, checks[0]!.state]).toEqual([input, state]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
