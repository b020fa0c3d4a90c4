import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertHooks } from '../../src/agent/alert-stages.ts';
import { openPipeline } from '../../src/agent/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { ArchiveBounds } from '../../src/store/archive-bounds.ts';
import { AlertTable, alertLimits, IncidentTable, OutboxTable, Store } from '../../src/store/index.ts';
import { openDesk, startAt } from '../support/incident.ts';
import { makeEntries } from '../support/outbox-entry.ts';
import { createFakeScorer, makeBatch } from '../support/recordings.ts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-archive-'));
  store = Store.open(join(folder, 'state.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function makeAlerts(count: number) {
  const { take, finish, alerts, incidents } = openDesk();
  for (let index = 0; index < count; index++) {
    const name = `evil${String.fromCharCode(97 + (index % 26), 97 + Math.floor(index / 26))}.exe`;
    // Each on a host of its own, so that each is an incident as well.
    take(startAt(index, 10 + index, 1, { host: { name }, process: { name } }), 0.999);
  }
  finish();
  expect(alerts.length).toBeGreaterThanOrEqual(count);
  expect(incidents.length).toBe(count);
  return { alerts, incidents };
}

describe('alerts and incidents', () => {
  it('are bounded in number: the oldest leave, and it is known how many', () => {
    const { alerts, incidents } = makeAlerts(100);
    const limits = { rows: 32, bytes: 1e9 };
    const alertTable = new AlertTable(store, limits);
    const incidentTable = new IncidentTable(store, limits);
    new OutboxTable(store).add(makeEntries(100));
    for (const alert of alerts) alertTable.insert(alert);
    for (const incident of incidents) incidentTable.insert(incident);
    const kept = [...alertTable.documents()].map((text) => JSON.parse(text).event.id);
    expect(kept).toEqual(alerts.slice(-32).map(({ id }) => id));
    expect(alertTable.removed).toBe(alerts.length - 32);
    expect([...incidentTable.documents()]).toHaveLength(32);
    expect(incidentTable.removed).toBe(incidents.length - 32);
    // What is to be sent stays, and what is there already comes in no second time.
    expect(new OutboxTable(store).totals().entries).toBe(100);
    expect(alertTable.insert(alerts.at(-1)!)).toBe(false);
  });

  it('are bounded in bytes', () => {
    const { alerts } = makeAlerts(60);
    const first = new AlertTable(store);
    for (const alert of alerts.slice(0, 30)) first.insert(alert);
    const bytes = 10 * Buffer.byteLength([...first.documents()].at(-1)!);
    const table = new AlertTable(store, { rows: 1_000, bytes });
    const size = (): number =>
      [...table.documents()].reduce((sum, document) => sum + Buffer.byteLength(document), 0);
    for (const alert of alerts.slice(30)) {
      table.insert(alert);
      expect(size()).toBeLessThanOrEqual(bytes);
    }
    expect(size()).toBeGreaterThan(0.8 * bytes);
    expect(table.get(alerts.at(-1)!.id)).toBeDefined();
  });

  it('are bounded in an agent that runs on, and not when recordings are replayed', async () => {
    const insert = store.connection.prepare<[string]>(
      "INSERT INTO alert (id, time_ms, rule_id, severity, document) VALUES (?, 0, '', 0, '{}')",
    );
    store.transaction(() => {
      for (let index = 0; index < alertLimits.rows; index++) insert.run(`alert ${index}`);
    });
    const { config } = loadConfig({
      env: {},
      flags: [{ flag: '--state', key: 'state.file', value: store.path }],
    });
    const raise = async (name: string, hooks: AlertHooks): Promise<number> => {
      const { pipeline } = openPipeline(config, createFakeScorer(), store, hooks);
      const event = startAt(0, 10, 1, { id: name, process: { name: 'evil.exe', commandLine: name } });
      expect((await pipeline.process('recording', makeBatch([event], ''))).alerts).toHaveLength(1);
      return new AlertTable(store).removed;
    };
    expect(await raise('first', {})).toBe(0);
    expect(await raise('second', { boundsArchive: true })).toBe(2);
  });

  it('all stay where nobody bounds them', () => {
    const { alerts } = makeAlerts(40);
    const table = new AlertTable(store);
    for (const alert of alerts) table.insert(alert);
    expect([[...table.documents()].length, table.removed]).toEqual([alerts.length, 0]);
  });

  it('leave a few at a time where there are far too many, and all that must in the end', () => {
    const insert = store.connection.prepare<[string]>(
      "INSERT INTO alert (id, time_ms, rule_id, severity, document) VALUES (?, 0, '', 0, '{}')",
    );
    const add = (from: number, count: number): void =>
      store.transaction(() => {
        for (let index = from; index < from + count; index++) insert.run(`alert ${index}`);
      });
    const count = (): number => [...new AlertTable(store).documents()].length;
    add(0, 10_000);
    const bounds = new ArchiveBounds(store.connection, 'alert', { rows: 320, bytes: 1e9 });
    bounds.tend('{}');
    expect(count()).toBe(8_000);
    for (let index = 0; index < 60; index++) bounds.tend('{}');
    expect(count()).toBe(320);
  });
});
