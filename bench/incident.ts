import { AlertDesk, ExceptionList, IocList, incidentToJson, loadBinaryFacts } from '../src/alert/index.ts';
import type { EventDetection } from '../src/detection/index.ts';
import { AlertTable, IncidentTable, StageStateTable, Store } from '../src/store/index.ts';
import { highRule, makeScored } from '../test/support/alert.ts';
import { alertHeavyEvents } from './alert-heavy-events.ts';

/**
 * What alerts and incidents cost start by start, each in a transaction of its own, where one process starts
 * thousands of others and two in five are flagged: at 2,000 members its incident is told, and the slowest start
 * is the one that brings that about. Without the model and the rules.
 */
const families = 6;
const familySize = 2_000;
const spacingMs = 5;
const firstMs = Date.UTC(2026, 10, 18, 9);

const store = Store.openTemporary();
const stages = new StageStateTable(store);
const alerts = new AlertTable(store);
const incidents = new IncidentTable(store);
const desk = new AlertDesk({
  exceptions: () => new ExceptionList([]),
  iocs: () => new IocList([]),
  facts: loadBinaryFacts(),
  archive: {
    has: (id) => alerts.has(id),
    insertAlert: (alert) => alerts.insert(alert),
    insertIncident: (incident) => incidents.insert(incident),
  },
  explain: () => [],
  state: stages,
});

const spentMs: number[] = [];
let told = 0;
for (const [index, each] of alertHeavyEvents(families * familySize).entries()) {
  const timeMs = firstMs + index * spacingMs;
  const family = Math.floor(index / familySize);
  const parent = { ...each.process.parent, pid: 4 + family, entityId: `family-${family}` };
  const process = { ...each.process, pid: 10_000 + index, entityId: `process-${index}`, parent };
  const event = { ...each, timeMs, timestamp: new Date(timeMs).toISOString(), process };
  const subject = makeScored(event, index % 5 < 2 ? 0.99 : 0.1);
  const detections: EventDetection[] = index % 5 < 2 ? [{ kind: 'event', rule: highRule, subject }] : [];
  const startedMs = performance.now();
  const outcome = store.transaction(() => {
    desk.takeStart(subject, undefined, detections);
    desk.save(stages);
    const drained = desk.drain();
    // As the outbox does.
    for (const incident of drained.incidents) incidentToJson(incident);
    return drained;
  });
  spentMs.push(performance.now() - startedMs);
  told += outcome.incidents.length;
}
store.close();

// The first family is where the code is compiled.
const steady = Float64Array.from(spentMs.slice(familySize)).sort();
report('told', told, '');
for (const part of [0.5, 0.99]) {
  report(`start_p${part * 100}`, steady[Math.floor(steady.length * part)]!, 'ms');
}
report('start_max', steady.at(-1)!, 'ms');

function report(name: string, value: number, unit: string): void {
  const rounded = Number.isInteger(value) ? value : Number(value.toPrecision(3));
  globalThis.process.stdout.write(`${JSON.stringify({ name: `incident.${name}`, value: rounded, unit })}\n`);
}
