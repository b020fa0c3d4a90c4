import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Alert, alertToEcs } from '../../alert/index.ts';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { type Clock, decodeJson, type ProcessEvent, toRecordedDocument } from '../../event/index.ts';
import type { OutboxEntry } from '../../forward/index.ts';
import type { Log } from '../../log/index.ts';
import { OutboxDesk, Store } from '../../store/index.ts';
import { connectToAgent } from '../control/index.ts';
import { createKnownStart } from '../doctor/known-start.ts';
import { openEngine } from '../engine.ts';
import { agentFacts, type Forwarding, listDestinations, openForwarding } from '../forwarding.ts';

export interface SelftestOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the destinations may take. */
  readonly timeoutMs: number;
}

export type StepState = 'ok' | 'fail' | 'skipped';

export interface SelftestStep {
  readonly name: string;
  readonly state: StepState;
  readonly tookMs: number;
  readonly what: string;
}

export interface SelftestReport {
  /** In the command line of the start and in the alert: what to look for at the receivers. */
  readonly mark: string;
  /** Skipped steps do not count. */
  readonly passed: boolean;
  readonly steps: readonly SelftestStep[];
}

/** By which analysts filter what self-tests raise. */
const selftestRule = { id: 'problemchild-selftest', name: 'ProblemChild self-test', severity: 21 } as const;
const pollMs = 20;

/**
 * Follows a marked process start through the decoder, the model, the rules, an outbox and every destination. The
 * start is made up, no program runs; state and outbox are temporary, and no response takes part.
 */
export async function runSelftest(options: SelftestOptions): Promise<SelftestReport> {
  const { config, clock } = options;
  const mark = `selftest-${randomUUID()}`;
  const steps: SelftestStep[] = [];

  async function step<T>(name: string, work: () => Promise<readonly [T, string]> | readonly [T, string]) {
    const startedMs = performance.now();
    const add = (state: StepState, what: string): void => {
      steps.push({ name, state, tookMs: Math.round((performance.now() - startedMs) * 10) / 10, what });
    };
    try {
      const [value, what] = await work();
      add('ok', what);
      return value;
    } catch (error) {
      if (error instanceof Skipped) add('skipped', error.message);
      else add('fail', error instanceof AgentError ? `${error.code}: ${error.message}` : String(error));
      return undefined;
    }
  }

  await step('agent', () => askAgent(config));
  const event = await step('decode', () => decodeMarked(mark, clock.nowMs()));
  const store = Store.openTemporary();
  try {
    const alert = event && (await step('alert', () => raiseAlert(config, store, event)));
    if (alert !== undefined) {
      const entry = createEntry(alert, mark);
      const forwarding = await step('outbox', async () => {
        const opened = await openForwarding(options, store, options.log);
        opened.outbox.configure([...listDestinations(config).keys()]);
        opened.outbox.add([entry]);
        return [opened, `${opened.outbox.totals().entries} document waits`] as const;
      });
      if (forwarding !== undefined) steps.push(...(await deliver(forwarding, store, options)));
    }
  } finally {
    store.close();
  }
  return { mark, passed: steps.every(({ state }) => state !== 'fail'), steps };
}

/** A step that there is nothing to do in. */
class Skipped extends Error {
  override readonly name = 'Skipped';
}

/** Whether an agent runs, and how much it has seen: the capture is its own, and is not tested otherwise. */
async function askAgent(config: Config): Promise<readonly [unknown, string]> {
  let client: Awaited<ReturnType<typeof connectToAgent>>;
  try {
    client = await connectToAgent(config);
  } catch (error) {
    if (error instanceof AgentError) throw new Skipped(`no agent answers (${error.message})`);
    throw error;
  }
  try {
    const { source, counters } = (await client.ask('status')) as {
      readonly source: { readonly name: string };
      readonly counters: { readonly records: number };
    };
    return [undefined, `it reads ${source.name}, ${counters.records} records so far`];
  } finally {
    client.close();
  }
}

/** The start as a recording would hold it, through the decoder. */
function decodeMarked(mark: string, nowMs: number): readonly [ProcessEvent, string] {
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
  return [decoded, `a start of ${decoded.process.name} marked ${mark}`];
}

async function raiseAlert(
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

/** The alert under the self-test's own name, so that nobody takes it for an attack. */
function createEntry(alert: Alert, mark: string): OutboxEntry {
  const document = {
    ...alertToEcs(alert),
    message: `SELF-TEST: nothing happened; \`problemchild selftest\` raised this (${mark})`,
    tags: ['problemchild-selftest'],
    rule: { id: selftestRule.id, name: selftestRule.name, category: 'agent' },
    agent: { type: 'problemchild', version: agentFacts().version },
  };
  return {
    eventId: mark,
    kind: 'alert',
    severity: selftestRule.severity,
    ruleId: selftestRule.id,
    timeMs: alert.timeMs,
    document: JSON.stringify({
      ...document,
      event: { ...(document as { event?: object }).event, id: mark, severity: selftestRule.severity },
    }),
  };
}

/** Drives the outbox until every destination is done with the document, and tells when each was. */
async function deliver(
  { forwarder }: Forwarding,
  store: Store,
  { timeoutMs }: SelftestOptions,
): Promise<SelftestStep[]> {
  const desk = new OutboxDesk(store);
  const names = desk.destinations().map(({ name }) => name);
  if (names.length === 0) {
    return [{ name: 'destinations', state: 'skipped', tookMs: 0, what: 'none are configured' }];
  }
  const done = new Map<string, SelftestStep>();
  const startedMs = performance.now();
  forwarder.start();
  const drained = forwarder.drain(timeoutMs);
  const look = (): void => {
    const tookMs = Math.round(performance.now() - startedMs);
    for (const { name, delivered, filtered, rejected } of desk.destinations()) {
      if (done.has(name) || delivered + filtered + rejected === 0) continue;
      const step = { name: `destination ${name}`, tookMs };
      if (delivered > 0) done.set(name, { ...step, state: 'ok', what: 'delivered' });
      else if (filtered > 0)
        done.set(name, { ...step, state: 'skipped', what: 'its filter does not take it' });
      else {
        const reason = desk.deadLetters(name, 1)[0]?.reason ?? 'no reason given';
        done.set(name, { ...step, state: 'fail', what: `refused: ${reason}` });
      }
    }
  };
  const timer = setInterval(look, pollMs);
  try {
    await drained;
    look();
  } finally {
    clearInterval(timer);
  }
  const failures = new Map(forwarder.status.map(({ name, lastFailure }) => [name, lastFailure]));
  await forwarder.stop();
  return names.map(
    (name) =>
      done.get(name) ?? {
        name: `destination ${name}`,
        state: 'fail',
        tookMs: Math.round(performance.now() - startedMs),
        what: `not delivered: ${failures.get(name) ?? 'no answer in time'}`,
      },
  );
}
