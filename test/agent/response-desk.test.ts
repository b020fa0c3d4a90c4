import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openResponseDesk } from '../../src/agent/response-desk.ts';
import { formatResponseStatus } from '../../src/cli/response-table.ts';
import { loadConfig } from '../../src/config/index.ts';
import { Store } from '../../src/store/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-desk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is told of an agent that somebody has just armed. */
function armedStatus(acts: boolean) {
  const state = join(folder, 'agent.db');
  Store.open(state).close();
  const { config } = loadConfig({ env: {}, flags: [{ flag: '--state', key: 'state.file', value: state }] });
  const desk = openResponseDesk(() => config, { nowMs: () => 1_000 }, undefined, acts);
  const override = { mode: 'terminate', ruleId: undefined, forMs: 60_000 } as const;
  desk.arm({ reason: 'incident 7', by: 'anna', override });
  const status = desk.status();
  desk.close();
  return status;
}

it('says of an agent that is armed and acts on nothing that it does', () => {
  const notice = /acts on nothing, whatever is armed/;
  expect(formatResponseStatus(armedStatus(true), true)).not.toMatch(notice);
  expect(formatResponseStatus(armedStatus(false), true)).toMatch(notice);
});

it('names the agent that runs where somebody asks about another state', () => {
  const told = formatResponseStatus(armedStatus(true), false, 'C:\\other\\agent.db');
  expect(told).toContain('not about the agent that runs, whose state file is C:\\other\\agent.db');
});
