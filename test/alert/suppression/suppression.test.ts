import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, type StatePort, Suppression } from '../../../src/alert/index.ts';
import { makeAlert } from '../../support/alert.ts';
import { makeProcessEvent } from '../../support/process-event.ts';

const minuteMs = 60_000;
const nineMs = Date.UTC(2026, 10, 18, 9);
let serial = 0;

function alertAt(minutes: number, changes: Parameters<typeof makeProcessEvent>[0] = {}): Alert {
  const timeMs = nineMs + minutes * minuteMs;
  return makeAlert(
    makeProcessEvent({ id: `e${++serial}`, timeMs, timestamp: new Date(timeMs).toISOString(), ...changes }),
  );
}

describe('Suppression', () => {
  it('lets three pass and tells the rest when the window closes', () => {
    const suppression = new Suppression();
    const alerts = [0, 1, 2, 3, 30, 59].map((minutes) => alertAt(minutes));
    expect(alerts.map((alert) => suppression.take(alert).passes)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(suppression.advance('ws-0417', nineMs + 59.9 * minuteMs)).toEqual([]);
    const [rollUp, ...further] = suppression.advance('ws-0417', nineMs + 60 * minuteMs);
    expect(further).toEqual([]);
    expect(rollUp?.rollUp).toEqual({
      count: 3,
      firstMs: nineMs + 3 * minuteMs,
      lastMs: nineMs + 59 * minuteMs,
      truncated: false,
    });
    expect(rollUp?.eventIds).toEqual(alerts.slice(3).map(({ subject }) => subject.event.id));
    expect(suppression.advance('ws-0417', nineMs + 600 * minuteMs)).toEqual([]);
  });

  it('names a roll-up by all that it tells: the same alerts again are the same one, with more it is another', () => {
    const alerts = [0, 1, 2, 3, 4].map((minutes) => alertAt(minutes));
    const tell = (taken: readonly Alert[]): string => {
      const suppression = new Suppression();
      for (const alert of taken) suppression.take(alert);
      return suppression.flush()[0]!.id;
    };
    expect(tell(alerts)).toBe(tell(alerts));
    expect(tell(alerts.slice(0, 4))).not.toBe(tell(alerts));
  });

  it('begins anew after the window, and tells nothing of a window that held nothing back', () => {
    const suppression = new Suppression();
    for (const minutes of [0, 1, 2]) suppression.take(alertAt(minutes));
    const { passes, rollUps } = suppression.take(alertAt(60));
    expect([passes, rollUps]).toEqual([true, []]);
  });

  it('closes what was opened while the clock was ahead, and what is behind it', () => {
    const monthMinutes = 30 * 24 * 60;
    const suppression = new Suppression({ passed: 1 });
    const ahead = (minutes: number) => alertAt(minutes, { process: { executable: 'ahead.exe' } });
    suppression.take(ahead(monthMinutes));
    suppression.take(ahead(monthMinutes + 1));
    for (const minutes of [0, 1, 2]) suppression.take(alertAt(minutes));
    const counts = (minutes: number) =>
      suppression.advance('ws-0417', nineMs + minutes * minuteMs).map(({ rollUp }) => rollUp?.count);
    expect(counts(3)).toEqual([1]);
    expect(counts(59)).toEqual([]);
    expect(counts(60)).toEqual([2]);
    expect(suppression.flush()).toEqual([]);
  });

  it('closes exactly the windows that are a window away from the clock, in whatever order they were opened', () => {
    const openings = fc.uniqueArray(fc.integer({ min: -200, max: 200 }), { maxLength: 40 });
    fc.assert(
      fc.property(openings, fc.integer({ min: -200, max: 200 }), (opened, now) => {
        const suppression = new Suppression({ passed: 1 });
        for (const minutes of opened) {
          const changes = { process: { executable: `${minutes}.exe` } };
          suppression.take(alertAt(minutes, changes));
          suppression.take(alertAt(minutes, changes));
        }
        const closed = suppression.advance('ws-0417', nineMs + now * minuteMs);
        const over = opened.filter((minutes) => Math.abs(now - minutes) >= 60);
        expect(closed.map(({ timeMs }) => (timeMs - nineMs) / minuteMs)).toEqual(over);
        expect(suppression.flush('ws-0417')).toHaveLength(opened.length - over.length);
      }),
    );
  });

  it.each([
    ['another host', { host: { name: 'WS-2' } }, true],
    ['another user', { user: { name: 'ben' } }, true],
    ['another parent', { process: { parent: { executable: 'C:\\x\\other.exe' } } }, true],
    ['another process', { process: { executable: 'C:\\x\\cmd.exe' } }, true],
    ['another command', { process: { commandLine: 'cmd.exe /c del' } }, true],
    ['the same but for case and blanks', { process: { commandLine: 'CMD.exe  /c "dir"' } }, false],
  ])('%s', (_, changes, passes) => {
    const suppression = new Suppression({ passed: 1 });
    suppression.take(alertAt(0));
    expect(suppression.take(alertAt(1, changes)).passes).toBe(passes);
  });

  it('takes lines that differ by numbers, GUIDs and user folders for the same', () => {
    const suppression = new Suppression({ passed: 1 });
    const line = (text: string) => ({ process: { commandLine: text } });
    suppression.take(
      alertAt(0, line('a.exe C:\\Users\\anna\\x {0f8fad5b-d9cb-469f-a165-70867728950e} 4711')),
    );
    const { passes } = suppression.take(
      alertAt(1, line('a.exe C:\\Users\\ben\\x {7c9e6679-7425-40de-944b-e07fc1f90ae7} 815')),
    );
    expect(passes).toBe(false);
    expect(suppression.take(alertAt(2, line('a.exe 198.51.100.23'))).passes).toBe(true);
    expect(suppression.take(alertAt(3, line('a.exe 198.51.100.24'))).passes).toBe(true);
  });

  it('closes the oldest window early when there are too many, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.constantFrom('a', 'b', 'c', 'd')), {
          size: 'max',
          maxLength: 80,
        }),
        (steps) => {
          const suppression = new Suppression({ maxWindows: 2, passed: 2 });
          let passed = 0;
          const rollUps: Alert[] = [];
          for (const [minutes, name] of steps) {
            const outcome = suppression.take(alertAt(minutes, { process: { executable: name } }));
            if (outcome.passes) passed++;
            rollUps.push(...outcome.rollUps);
          }
          rollUps.push(...suppression.flush());
          const heldBack = rollUps.reduce((sum, { rollUp }) => sum + (rollUp?.count ?? 0), 0);
          expect(passed + heldBack).toBe(steps.length);
          expect(new Set(rollUps.map(({ id }) => id)).size).toBe(rollUps.length);
        },
      ),
    );
  });

  it('closes the oldest window early when the alerts held back are long, and counts what is held on after a restart', () => {
    const state = new Map<string, unknown>();
    const port: StatePort = {
      load: () => state,
      put: (_, key, value) => state.set(key, JSON.parse(JSON.stringify(value))),
      remove: (_, key) => state.delete(key),
    };
    const options = { passed: 1, maxHeldLength: 1_000_000 };
    let suppression = new Suppression(options, port);
    let passed = 0;
    let heldBack = 0;
    for (let index = 0; index < 120; index++) {
      const word = `${String.fromCharCode(97 + (index % 26))}${'x'.repeat(Math.floor(index / 26))}`;
      const changes = { process: { commandLine: `cmd.exe /c ${word} ${'é'.repeat(30_000)}` } };
      for (const _ of [1, 2]) {
        const { passes, rollUps } = suppression.take(alertAt(index / 120, changes));
        if (passes) passed++;
        for (const { rollUp } of rollUps) heldBack += rollUp?.count ?? 0;
      }
      suppression.save(port);
      expect(JSON.stringify([...state.values()]).length).toBeLessThan(1_100_000);
      if (index % 10 === 9) suppression = new Suppression(options, port);
    }
    expect(state.size).toBeGreaterThan(20);
    for (const { rollUp } of suppression.flush()) heldBack += rollUp?.count ?? 0;
    expect([passed, heldBack]).toEqual([120, 120]);
  });

  it('bounds the event ids of a roll-up and says so', () => {
    const suppression = new Suppression({ passed: 1 });
    for (let index = 0; index < 600; index++) suppression.take(alertAt(index / 100));
    const [rollUp] = suppression.flush();
    expect([rollUp?.rollUp?.count, rollUp?.eventIds.length, rollUp?.rollUp?.truncated]).toEqual([
      599,
      500,
      true,
    ]);
  });
});
