import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLines, runCli } from '../support/cli.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('model status', () => {
  it('names the model in force', async () => {
    const { exitCode, stdout } = await runCli(['model', 'status']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^model +agent-v1 /);
    expect(stdout).toMatch(/SHA-256 [0-9a-f]{64}/);
  });

  it('counts what the model saw, over several runs of one state file', async () => {
    const state = join(folder, 'state.db');
    await runCli(['replay', '--state', state, join(samples, 'server-winlogbeat.ndjson')]);
    await runCli(['replay', '--state', state, join(samples, 'workstation-sysmon.evtx')]);
    const { stdout } = await runCli(['model', 'status', '--state', state, '--output', 'ndjson']);
    const { drift } = parseLines(stdout)[0] as {
      drift: { provider: string; events: number; verdict: string }[];
    };
    expect(drift.map(({ provider, events, verdict }) => [provider, events, verdict])).toEqual([
      ['security', 20, 'tooFewEvents'],
      ['sysmon', 41, 'tooFewEvents'],
    ]);
  });
});

describe('model import', () => {
  const leaf = (value: number, index: number) => ({ node_index: index, leaf_value: value });
  const exported = {
    model_id: 'tiny',
    model_type: 'tree_ensemble',
    input: { field_names: ['feature_cmd_recon'] },
    inference_config: { classification: { results_field: 'prediction' } },
    definition: {
      preprocessors: [],
      trained_model: {
        ensemble: {
          target_type: 'classification',
          classification_labels: ['0', '1'],
          aggregate_output: { logistic_regression: { weights: [1] } },
          trained_models: [
            {
              tree: {
                feature_names: ['feature_cmd_recon'],
                target_type: 'regression',
                tree_structure: [
                  {
                    node_index: 0,
                    split_feature: 0,
                    threshold: 0.5,
                    decision_type: 'lt',
                    default_left: true,
                    left_child: 1,
                    right_child: 2,
                  },
                  leaf(-3, 1),
                  leaf(3, 2),
                ],
              },
            },
          ],
        },
      },
    },
  };

  it('makes a bundle that scores', async () => {
    const file = join(folder, 'export.json');
    writeFileSync(file, JSON.stringify(exported));
    const bundle = join(folder, 'tiny');
    const imported = await runCli(['model', 'import', file, '--out', bundle, '--generation', 'g2']);
    expect(imported.stderr).toBe('');
    expect(imported.exitCode).toBe(0);
    const { stdout } = await runCli(['score', '--model', bundle, samples]);
    const flagged = parseLines(stdout).filter(
      ({ problemchild }) => (problemchild as { prediction: number }).prediction === 1,
    );
    const names = flagged.map(({ process }) => (process as { name: string }).name);
    expect(new Set(names)).toEqual(new Set(['whoami.exe', 'nltest.exe']));
  });

  it.each([
    ['a file that is not there', undefined, /PC_MODEL_IMPORT/],
    ['text that is no JSON', '{', /PC_MODEL_IMPORT/],
    ['a document that is no model', '{}', /PC_MODEL_IMPORT/],
  ])('refuses %s with 2', async (_, text, message) => {
    const file = join(folder, 'export.json');
    if (text !== undefined) writeFileSync(file, text);
    const { exitCode, stderr } = await runCli(['model', 'import', file, '--out', join(folder, 'x')]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
