import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/alert/index.ts';
import { type IsolationRequest, isolationToEcs } from '../../../src/response/index.ts';
import { IsolationWorld } from './isolation-world.ts';

const byPerson: IsolationRequest = {
  by: 'anna@WS-0417',
  byPerson: true,
  reason: 'ticket 4711',
  forMs: 3_600_000,
  persistent: false,
  noWayBack: false,
  incident: undefined,
};
const minuteMs = 60_000;

function incident(severity: Incident['severity'], host = 'WS-0417'): Incident {
  return { id: `incident of ${severity}`, severity, host: { id: undefined, name: host } } as Incident;
}

describe('isolating', () => {
  it('sets the filters, tests the way back, and says so everywhere', async () => {
    const world = new IsolationWorld();
    const change = await world.start().isolate(byPerson);
    expect(change).toMatchObject({ outcome: 'success', wayBack: 'reached', by: 'anna@WS-0417' });
    expect(world.filters.calls).toEqual(['apply']);
    expect(world.journal.isolation).toMatchObject({
      state: 'isolated',
      planId: world.filters.plan?.id,
      untilMs: world.nowMs + 3_600_000,
    });
    const [line] = [...world.journal.documents()].map((text) => JSON.parse(text));
    expect(line).toMatchObject({
      event: { dataset: 'problemchild.action', action: 'host-isolated', outcome: 'success' },
      host: { name: 'WS-0417' },
      problemchild: {
        isolation: {
          way_back: 'reached',
          allowed: ['dns 192.0.2.53', 'tcp 198.51.100.9 9243', '10.20.0.0/16'],
        },
        response: { result: 'isolated', by: 'anna@WS-0417', reason: 'ticket 4711' },
      },
    });
    expect(JSON.parse(JSON.stringify(isolationToEcs(world.told[0]!)))).toEqual(line);
  });

  it('is written down before a filter is touched', async () => {
    const world = new IsolationWorld();
    const seen: (string | undefined)[] = [];
    world.filters.during = (call) => void seen.push(`${call}: ${world.journal.isolation?.state}`);
    const stage = world.start();
    await stage.isolate(byPerson);
    await stage.release('anna', 'over');
    expect(seen).toEqual([
      'apply: applying',
      'applied: applying',
      'test: applying',
      'remove: releasing',
      'removed: releasing',
    ]);
    expect(world.journal.isolation).toBeUndefined();
  });

  it('is undone when no destination is reached', async () => {
    const world = new IsolationWorld();
    world.problems = ['siem: connection refused'];
    const change = await world.start().isolate(byPerson);
    expect(change).toMatchObject({ outcome: 'failure', wayBack: 'unreached' });
    expect(change.cause).toContain('siem: connection refused');
    expect(world.filters.calls).toEqual(['apply', 'remove']);
    expect(world.filters.plan).toBeUndefined();
    expect(world.journal.isolation).toBeUndefined();
  });

  it('leaves filters that will not go to be tried again', async () => {
    const world = new IsolationWorld();
    world.problems = ['siem: connection refused'];
    world.filters.failing.add('remove');
    const stage = world.start();
    await stage.isolate(byPerson);
    expect(world.journal.isolation?.state).toBe('releasing');
    world.filters.failing.clear();
    world.nowMs += 2 * minuteMs;
    await stage.reconcile();
    expect(world.filters.plan).toBeUndefined();
    expect(world.journal.isolation).toBeUndefined();
  });

  it('is not undone where a person says that nobody is to be reached, and then nobody is asked', async () => {
    const world = new IsolationWorld();
    world.problems = ['siem: connection refused'];
    expect(await world.start().isolate({ ...byPerson, noWayBack: true })).toMatchObject({
      outcome: 'success',
      wayBack: 'untested',
    });
  });

  it('needs a way back: without one only a person who says so isolates', async () => {
    const world = new IsolationWorld();
    world.addresses = {};
    world.management = [];
    const stage = world.start();
    expect((await stage.isolate(byPerson)).refusals).toEqual(['PC_REFUSED_NO_WAY_BACK']);
    expect(world.filters.calls).toEqual([]);
    expect((await stage.isolate({ ...byPerson, noWayBack: true })).outcome).toBe('success');
  });

  it('leaves what was in force when the filters cannot be set', async () => {
    const world = new IsolationWorld();
    const stage = world.start();
    await stage.isolate(byPerson);
    const before = world.journal.isolation;
    world.filters.failing.add('apply');
    const change = await stage.isolate({ ...byPerson, forMs: 7_200_000 });
    expect(change).toMatchObject({ outcome: 'failure', cause: 'PC_NATIVE_CALL: apply failed' });
    expect(world.journal.isolation).toEqual(before);
  });

  describe('anew, where no destination is reached', () => {
    async function extended(fail: (world: IsolationWorld) => void = () => undefined) {
      const world = new IsolationWorld();
      const stage = world.start();
      await stage.isolate(byPerson);
      const before = world.journal.isolation;
      world.problems = ['siem: timed out'];
      world.nowMs += minuteMs;
      fail(world);
      const change = await stage.isolate({ ...byPerson, forMs: 7_200_000, persistent: true });
      return { world, stage, before, change };
    }

    it('leaves the host isolated as it was', async () => {
      const { world, before, change } = await extended();
      expect(change).toMatchObject({ outcome: 'failure', wayBack: 'unreached' });
      expect(change.cause).toMatch(/siem: timed out; the isolation before stays in force$/);
      expect(world.journal.isolation).toEqual(before);
      expect(world.filters.plan).toMatchObject({ id: before?.planId, persistent: false });
      expect(world.outcomes).toEqual(['host-isolated success', 'host-isolated failure']);
    });

    it('says that the host is released where it cannot be left so', async () => {
      const { world, change } = await extended(({ filters }) => {
        filters.during = (call) => void (call === 'test' && filters.failing.add('apply'));
      });
      expect(change.cause).toContain('could not be set again: PC_NATIVE_CALL: apply failed');
      expect(world.filters.plan).toBeUndefined();
      expect(world.journal.isolation).toBeUndefined();
      expect(world.outcomes).toEqual([
        'host-isolated success',
        'host-isolated failure',
        'host-released success',
      ]);
    });
  });

  it.each([0, 999, 7 * 86_400_000 + 1, Number.NaN])('refuses %d ms', (forMs) => {
    expect(() => new IsolationWorld().start().isolate({ ...byPerson, forMs })).toThrow(
      'between 1 s and 7 days',
    );
  });
});

describe('incidents', () => {
  it('isolate from the severity that the policy names, once in the interval', async () => {
    const world = new IsolationWorld();
    const stage = world.start();
    stage.takeIncidents([incident('medium'), incident('critical'), incident('high')]);
    await stage.settle();
    expect(world.outcomes).toEqual([
      'host-isolated success',
      'host-isolated failure PC_REFUSED_ISOLATED PC_REFUSED_ISOLATION_BUDGET',
    ]);
    await stage.release('anna', 'a false alarm');
    world.nowMs += 86_399_999;
    stage.takeIncidents([incident('critical')]);
    await stage.settle();
    expect(world.outcomes.at(-1)).toBe('host-isolated failure PC_REFUSED_ISOLATION_BUDGET');
    world.nowMs += 1;
    stage.takeIncidents([incident('critical')]);
    await stage.settle();
    expect(world.outcomes.at(-1)).toBe('host-isolated success');
  });

  it('do nothing where the policy does not say so, and are only written down in audit mode', async () => {
    const world = new IsolationWorld();
    world.mode = 'audit';
    const stage = world.start();
    stage.takeIncidents([incident('critical')]);
    await stage.settle();
    expect(world.outcomes).toEqual(['host-isolated unknown']);
    world.settings = { ...world.settings, enabled: false };
    stage.takeIncidents([incident('critical')]);
    await stage.settle();
    expect(world.told).toHaveLength(1);
    expect(world.filters.calls).toEqual([]);
  });

  it.each([
    ['PC_REFUSED_STOOD_DOWN', { isStoodDown: true }, 'WS-0417'],
    ['PC_REFUSED_KILL_SWITCH', { isKilled: undefined }, 'WS-0417'],
    ['PC_REFUSED_HOST', {}, 'DC-01'],
  ] as const)('are refused: %s', async (code, change, host) => {
    const world = Object.assign(new IsolationWorld(), change);
    const stage = world.start();
    stage.takeIncidents([incident('critical', host)]);
    await stage.settle();
    expect(world.outcomes).toEqual([`host-isolated failure ${code}`]);
    expect(world.filters.calls).toEqual([]);
  });
});

describe('looking after it', () => {
  async function isolated(change: Partial<IsolationRequest> = {}): Promise<IsolationWorld> {
    const world = new IsolationWorld();
    await world.start().isolate({ ...byPerson, ...change });
    return world;
  }

  it('leaves alone what is as it should be', async () => {
    const world = await isolated();
    world.nowMs += 3_599_999;
    world.addresses = { 'siem.example': ['198.51.100.9'] };
    await world.start().reconcile();
    expect(world.outcomes).toEqual(['host-isolated success']);
    expect(world.filters.calls).toEqual(['apply']);
  });

  it.each<[string, (world: IsolationWorld) => void]>([
    ['its time is over', (world) => (world.nowMs += 3_600_000)],
    ['the clock was set back', (world) => (world.nowMs -= 1)],
    [
      'the system was started again',
      (world) => {
        world.bootMs += 2 * minuteMs;
        world.filters.plan = undefined;
      },
    ],
  ])('ends it when %s', async (reason, change) => {
    const world = await isolated();
    change(world);
    await world.start().reconcile();
    expect(world.told.at(-1)).toMatchObject({
      action: 'host-released',
      outcome: 'success',
      by: 'agent',
      reason,
    });
    expect(world.filters.plan).toBeUndefined();
    expect(world.journal.isolation).toBeUndefined();
  });

  it.each([
    ['forward', 5 * minuteMs],
    ['back', -5 * minuteMs],
  ])('stays when the clock is set %s, and ends when its time has passed', async (_, byMs) => {
    const world = await isolated();
    world.nowMs += 10 * minuteMs;
    await world.start().reconcile();
    world.nowMs += byMs;
    world.bootMs += byMs;
    await world.start().reconcile();
    expect(world.outcomes).toEqual(['host-isolated success']);
    expect(world.journal.isolation).toMatchObject({ state: 'isolated', bootMs: world.bootMs });
    // And right again: what has passed is by how long the system has run.
    world.nowMs -= byMs;
    world.bootMs -= byMs;
    await world.start().reconcile();
    world.nowMs += 49 * minuteMs;
    await world.start().reconcile();
    expect(world.outcomes).toEqual(['host-isolated success']);
    world.nowMs += minuteMs;
    await world.start().reconcile();
    expect(world.told.at(-1)).toMatchObject({ action: 'host-released', reason: 'its time is over' });
  });

  it('ends in time though the clock was set back and stays so', async () => {
    const world = await isolated();
    world.nowMs += 30 * minuteMs;
    world.nowMs -= 25 * minuteMs;
    world.bootMs -= 25 * minuteMs;
    await world.start().reconcile();
    expect(world.outcomes).toEqual(['host-isolated success']);
    world.nowMs += 30 * minuteMs;
    await world.start().reconcile();
    expect(world.told.at(-1)).toMatchObject({ action: 'host-released', reason: 'its time is over' });
  });

  it('ends a persistent one in time though the clock is set back again and again', async () => {
    const world = await isolated({ persistent: true });
    for (let turn = 0; turn < 3; turn++) {
      world.nowMs += 20 * minuteMs;
      // The system has run for longer, whatever the clock says.
      world.nowMs -= 19 * minuteMs;
      world.bootMs -= 19 * minuteMs;
      await world.start().reconcile();
    }
    expect(world.told.at(-1)).toMatchObject({ action: 'host-released', reason: 'its time is over' });
    expect(world.filters.plan).toBeUndefined();
  });

  it('keeps a persistent one over a restart, and sets filters again that are missing', async () => {
    const world = await isolated({ persistent: true });
    world.bootMs += 10 * minuteMs;
    world.filters.plan = undefined;
    await world.start().reconcile();
    expect(world.told.at(-1)).toMatchObject({
      action: 'host-isolation-updated',
      reason: 'filters were missing',
    });
    expect(world.filters).toMatchObject({ plan: { persistent: true } });
  });

  it('follows names to their new addresses, and keeps the old ones of names that nobody knows now', async () => {
    const world = await isolated();
    const stage = world.start();
    world.addresses = { 'siem.example': ['203.0.113.4'] };
    await stage.reconcile();
    expect(world.told.at(-1)).toMatchObject({ action: 'host-isolation-updated', outcome: 'success' });
    expect(world.told.at(-1)?.allowed).toContain('tcp 203.0.113.4 9243');
    world.addresses = { 'siem.example': [] };
    world.nowMs += 5 * minuteMs;
    await stage.reconcile();
    expect(world.journal.isolation?.addresses).toEqual({ 'siem.example': ['203.0.113.4'] });
    expect(world.outcomes.filter((each) => each.startsWith('host-isolation-updated'))).toHaveLength(1);
  });

  it('ends what the agent did when the kill switch is set, not what a person did', async () => {
    const byHand = await isolated();
    byHand.isKilled = true;
    await byHand.start().reconcile();
    expect(byHand.filters.plan).toBeDefined();
    const world = new IsolationWorld();
    const stage = world.start();
    stage.takeIncidents([incident('critical')]);
    await stage.settle();
    world.isKilled = true;
    await stage.reconcile();
    expect(world.told.at(-1)).toMatchObject({ action: 'host-released', reason: 'the kill switch is set' });
  });

  it('removes filters at the start that nobody answers for', async () => {
    const world = await isolated();
    world.journal.isolation = undefined;
    await world.start().reconcile();
    expect(world.filters.plan).toBeUndefined();
  });

  it('says when it cannot be looked after', async () => {
    const world = await isolated();
    world.filters.failing.add('read');
    await world.start().reconcile();
    expect(world.failed).toHaveLength(1);
  });

  it('after a crash anywhere, ends with filters and journal in agreement and nothing for ever', async () => {
    const steps = ['apply', 'applied', 'test', 'remove', 'removed'] as const;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...steps), fc.boolean(), async (step, persistent) => {
        const world = new IsolationWorld();
        const first = world.start();
        // From that step on the first agent does nothing any more, as after a kill.
        const reached = new Promise<void>((resolve) => {
          world.filters.during = (call) => {
            if (call !== step) return undefined;
            resolve();
            return new Promise(() => undefined);
          };
        });
        void first.isolate({ ...byPerson, persistent }).then(() => first.release('anna', 'over'));
        await reached;
        world.filters.during = () => undefined;
        const second = world.start();
        await second.reconcile();
        // Somebody else might have been at it: so soon nothing is taken away.
        expect(world.journal.isolation).toBeDefined();
        world.nowMs += 2 * minuteMs;
        await second.reconcile();
        expect(world.filters.plan).toBeUndefined();
        expect(world.journal.isolation).toBeUndefined();
        expect(world.outcomes.at(-1)).toBe('host-released success');
      }),
    );
  });
});
