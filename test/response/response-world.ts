import { ExceptionList } from '../../src/alert/index.ts';
import type { InterimAnomaly, ScoredStart } from '../../src/anomaly/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { EventDetection } from '../../src/detection/index.ts';
import type { ProcessEvent } from '../../src/event/index.ts';
import {
  type Action,
  createResponseSettings,
  OverrideWatch,
  type ProcessPort,
  type ResponseParts,
  type ResponsePolicy,
  type StandDown,
} from '../../src/response/index.ts';
import { ResponseJournalFile } from '../../src/store/index.ts';
import { highRule, makeScored } from '../support/alert.ts';
import { makeProcessEvent } from '../support/process-event.ts';

const shippedPolicy: ResponsePolicy = loadConfig({ env: {}, flags: [], file: undefined }).config.response;
export const noonMs = Date.UTC(2026, 10, 18, 12);

/** A response with everything around it invented but the journal. */
export class ResponseWorld {
  nowMs = noonMs;
  isKilled: boolean | undefined = false;
  exceptions = new ExceptionList([]);
  readonly told: Action[] = [];
  readonly stoodDown: StandDown[] = [];
  readonly failed: unknown[] = [];
  readonly journal: ResponseJournalFile;
  readonly parts: ResponseParts;
  #settings;
  readonly #override = new OverrideWatch(
    () => this.journal.override,
    { nowMs: () => this.nowMs },
    () => this.nowMs,
  );

  constructor(
    control: ProcessPort,
    policy: Partial<ResponsePolicy> = { mode: 'terminate' },
    file = ':memory:',
  ) {
    this.journal = new ResponseJournalFile(file);
    this.#settings = createResponseSettings({ ...shippedPolicy, ...policy });
    this.parts = {
      settings: () => this.#settings,
      exceptions: () => this.exceptions,
      journal: this.journal,
      control,
      clock: { nowMs: () => this.nowMs },
      override: () => this.#override.current,
      isKilled: () => this.isKilled,
      own: () => ({ pid: 900, ancestorPids: new Set([600, 500]) }),
      isThisHost: ({ host }) => host.name === 'WS-0417',
      audience: {
        action: (action) => this.told.push(action),
        stoodDown: (standDown) => this.stoodDown.push(standDown),
        failed: (_, error) => this.failed.push(error),
      },
    };
  }

  change(policy: Partial<ResponsePolicy>): void {
    this.#settings = createResponseSettings({ ...this.#settings.policy, ...policy });
  }

  /** What became of each action so far: `terminate 4240: terminated`. */
  get outcomes(): string[] {
    return this.told.map(({ verb, subject, end }) => {
      const pid = subject.target?.pid;
      return `${verb} ${pid}: ${end?.refusals[0] ?? end?.result}`;
    });
  }
}

export interface FlaggedFacts {
  readonly pid?: number;
  readonly createdMs?: number;
  readonly process?: NonNullable<Parameters<typeof makeProcessEvent>[0]>['process'];
  readonly host?: string;
  readonly user?: string;
  readonly rarity?: number;
  readonly isUnconfirmed?: true;
}

/** A flagged start with what the pipeline knows of it, ready for the stage. */
export function flagged(
  facts: FlaggedFacts = {},
): [start: ScoredStart, interim: InterimAnomaly, detections: EventDetection[]] {
  const { pid = 4240, createdMs = noonMs, rarity = 80, host = 'WS-0417', user = 'anna' } = facts;
  const event: ProcessEvent = makeProcessEvent({
    id: `event of ${pid} at ${createdMs}`,
    provider: 'etw',
    timeMs: createdMs,
    timestamp: new Date(createdMs).toISOString(),
    host: { name: host },
    user: { name: user },
    process: { pid, startMs: createdMs, entityId: `${pid}@${createdMs}`, ...facts.process },
    ...(facts.isUnconfirmed === true ? { isUnconfirmed: true } : {}),
  });
  const start = makeScored(event, 0.995);
  const interim = { bucketStartMs: 0, late: false, score: rarity, jobs: [] };
  return [start, interim, [{ kind: 'event', rule: highRule, subject: start }]];
}
