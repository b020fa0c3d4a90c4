import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Override, OverrideWatch } from '../../src/response/index.ts';

const fromMs = Date.UTC(2026, 10, 18, 12);
const forMs = 4 * 3_600_000;
const override: Override = {
  mode: 'terminate',
  ruleId: undefined,
  fromMs,
  untilMs: fromMs + forMs,
  reason: 'incident 7',
  by: 'anna',
};

let wallMs: number;
let steadyMs: number;
let given: Override | undefined;

beforeEach(() => {
  wallMs = fromMs;
  steadyMs = 17;
  given = override;
});

function open(): OverrideWatch {
  return new OverrideWatch(
    () => given,
    { nowMs: () => wallMs },
    () => {
      given = undefined;
    },
    () => steadyMs,
  );
}

/** Time passes, and the clock is set by so much besides. */
function pass(ms: number, setMs = 0): void {
  steadyMs += ms;
  wallMs += ms + setMs;
}

describe('an override', () => {
  it('holds for its time', () => {
    const watch = open();
    expect(watch.current).toBe(override);
    pass(forMs - 1);
    expect(watch.current).toBe(override);
    pass(1);
    expect(watch.current).toBeUndefined();
  });

  it('stays over when the clock is set back', () => {
    const watch = open();
    pass(forMs);
    expect(watch.current).toBeUndefined();
    pass(0, -forMs);
    expect(watch.current).toBeUndefined();
  });

  it('is over for the next run too, whatever its clock says', () => {
    const watch = open();
    pass(forMs);
    expect(watch.current).toBeUndefined();
    pass(0, -forMs);
    expect(open().current).toBeUndefined();
    expect(given).toBeUndefined();
  });

  it('is kept while it is not over, though the clock was set to before it began', () => {
    pass(0, -1_000);
    expect(open().current).toBeUndefined();
    expect(given).toBe(override);
  });

  it('holds for what is left of it after a restart, and another for its own time', () => {
    const watch = open();
    pass(forMs - 1_000);
    expect(watch.current).toBe(override);
    expect(open().current).toBe(override);
    given = { ...override, fromMs: wallMs, untilMs: wallMs + forMs };
    pass(2_000);
    expect(watch.current).toBe(given);
    given = undefined;
    expect(watch.current).toBeUndefined();
  });

  it('is over in time though the agent is started again after the clock was set back', () => {
    given = { ...override, fromUptimeMs: steadyMs };
    pass(forMs / 2);
    expect(open().current).toBe(given);
    pass(0, -forMs / 2);
    expect(open().current).toBe(given);
    pass(forMs / 2);
    expect(open().current).toBeUndefined();
    expect(given).toBeUndefined();
  });

  it('is not over early because the system was started again', () => {
    steadyMs = 7_200_000;
    given = { ...override, fromUptimeMs: steadyMs };
    pass(forMs / 2);
    steadyMs = 60_000;
    const watch = open();
    expect(watch.current).toBe(given);
    pass(forMs / 2 - 1);
    expect(watch.current).toBe(given);
    pass(1);
    expect(watch.current).toBeUndefined();
  });

  it('does not hold before its beginning', () => {
    wallMs = fromMs - 1;
    expect(open().current).toBeUndefined();
  });

  it('never holds longer than it was given, whatever the clock is set to', () => {
    const step = fc.tuple(
      fc.integer({ min: 0, max: forMs }),
      fc.integer({ min: -2 * forMs, max: 2 * forMs }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        wallMs = fromMs;
        steadyMs = 0;
        given = override;
        const watch = open();
        expect(watch.current).toBe(override);
        for (const [ms, setMs] of steps) {
          pass(ms, setMs);
          if (steadyMs >= forMs) expect(watch.current).toBeUndefined();
        }
      }),
    );
  });

  it('nor however often the agent is started again meanwhile', () => {
    const step = fc.tuple(
      fc.integer({ min: 0, max: forMs }),
      fc.integer({ min: -2 * forMs, max: 2 * forMs }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        wallMs = fromMs;
        steadyMs = 0;
        given = { ...override, fromUptimeMs: 0 };
        let watch = open();
        for (const [ms, setMs, isStarted] of steps) {
          pass(ms, setMs);
          if (isStarted) watch = open();
          if (steadyMs >= forMs) expect(watch.current).toBeUndefined();
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
