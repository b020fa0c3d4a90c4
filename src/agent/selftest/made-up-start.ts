import { hostname } from 'node:os';
import type { Alert } from '../../alert/index.ts';
import type { Config } from '../../config/index.ts';
import { decodeJson, type ProcessEvent, toRecordedDocument } from '../../event/index.ts';
import type { Store } from '../../store/index.ts';
import { createKnownStart } from '../doctor/known-start.ts';
import { openEngine } from '../engine.ts';

/** The start as a recording would hold it, through the decoder. */
export function decodeMarked(mark: string, nowMs: number): readonly [ProcessEvent, string] {
  const known = createKnownStart('attack');
  const document = toRecordedDocument({
    ...known,
    id: mark,
    timeMs: nowMs,
    timestamp: new Date(nowMs).toISOString(),
    host: { id: undefined, name: hostname() },
    process: {
      ...known.process,
      commandLine: `${known.process.commandLine} ${mark}`,
      startMs: nowMs,
    },
  });
  const decoded = decodeJson(JSON.stringify(document), { source: 'selftest', record: 1, offset: 0 });
  if (decoded.kind !== 'start') throw new Error(`the decoder made ${decoded.kind} of it`);
  return [decoded, `a made-up start of ${decoded.process.name} marked ${mark}`];
}

/** What model, rules and exceptions make of it, as configured. */
export async function raiseAlert(
  config: Config,
  store: Store,
  event: ProcessEvent,
): Promise<readonly [Alert, string]> {
  // Without a state file the pipeline learns nothing and keeps nothing.
  const apart: Config = { ...config, state: { ...config.state, file: null } };
  const { pipeline, scorer } = await openEngine(apart, store, { explains: () => true });
  try {
    const { scored, alerts } = await pipeline.process('selftest', {
      events: [event],
      recordsRead: 1,
      filtered: 0,
      rejections: [],
      warnings: [],
      bytesRead: 0,
      bytesSkipped: 0,
      bookmark: '',
    });
    const score = scored[0]?.prediction.maliciousProbability;
    const [alert] = alerts;
    if (alert !== undefined) return [alert, `scored ${score?.toFixed(3)}; rule "${alert.rule.name}"`];
    const silenced = [...pipeline.tally.alerts.silencedByEntry.keys()].join(', ');
    throw new Error(
      silenced === ''
        ? `scored ${score?.toFixed(3)}, and no rule fired`
        : `scored ${score?.toFixed(3)}, and silenced by the exception ${silenced}`,
    );
  } finally {
    await scorer.close();
  }
}
