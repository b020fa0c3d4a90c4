import {
  type Alert,
  AlertDesk,
  ExceptionList,
  type Incident,
  IocList,
  loadBinaryFacts,
} from '../../src/alert/index.ts';
import type { EventDetection } from '../../src/detection/index.ts';
import type { ProcessEvent } from '../../src/event/index.ts';
import { highRule, makeScored } from './alert.ts';
import { makeProcessEvent } from './process-event.ts';

const firstMs = Date.UTC(2026, 10, 18, 9, 41);

/** A start that comes `minutes` after the first, with ids made of its pid. */
export function startAt(
  minutes: number,
  pid: number,
  parentPid: number,
  changes: Parameters<typeof makeProcessEvent>[0] = {},
): ProcessEvent {
  const timeMs = firstMs + minutes * 60_000;
  const event = makeProcessEvent({
    id: `event-${pid}`,
    timeMs,
    timestamp: new Date(timeMs).toISOString(),
    ...changes,
  });
  return {
    ...event,
    process: {
      ...event.process,
      pid,
      entityId: `p${pid}`,
      parent: { ...event.process.parent, pid: parentPid, entityId: `p${parentPid}` },
    },
  };
}

/** A desk whose archive is memory, and a way to give it starts. */
export function openDesk(parts: Partial<ConstructorParameters<typeof AlertDesk>[0]> = {}) {
  const known = new Set<string>();
  const alerts: Alert[] = [];
  const incidents: Incident[] = [];
  const desk = new AlertDesk({
    exceptions: () => new ExceptionList([]),
    iocs: () => new IocList([]),
    facts: loadBinaryFacts(),
    archive: {
      has: (id) => known.has(id),
      insertAlert: ({ id }) => known.size !== known.add(id).size,
      insertIncident: () => true,
    },
    explain: () => [],
    ...parts,
  });
  const collect = (): void => {
    const outcome = desk.drain();
    alerts.push(...outcome.alerts);
    incidents.push(...outcome.incidents);
  };
  return {
    desk,
    alerts,
    incidents,
    /** Gives it a start that scores so much; above 0.5 the high rule fires. */
    take(event: ProcessEvent, score: number): void {
      const subject = makeScored(event, score);
      const detections: EventDetection[] = score >= 0.5 ? [{ kind: 'event', rule: highRule, subject }] : [];
      desk.takeStart(subject, undefined, detections);
      collect();
    },
    finish(): void {
      desk.finish();
      collect();
    },
  };
}
