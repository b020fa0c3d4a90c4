import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Action, actionId, describeStart, endWithout } from '../../src/response/index.ts';
import { ResponseJournalFile, responseFileOf, Store } from '../../src/store/index.ts';
import { flagged, noonMs } from '../response/response-world.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-journal-'));
  file = join(folder, 'agent.response.db');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function makeAction(pid = 4240): Action {
  const [start, interim] = flagged({ pid });
  const subject = describeStart(start, interim, undefined);
  return {
    id: actionId(subject, 'terminate'),
    verb: 'terminate',
    target: 'process',
    mode: 'terminate',
    by: 'agent',
    reason: undefined,
    atMs: noonMs,
    subject,
    end: undefined,
  };
}

function reopened<T>(use: (journal: ResponseJournalFile) => T): T {
  const journal = new ResponseJournalFile(file);
  try {
    return use(journal);
  } finally {
    journal.close();
  }
}

describe('the journal', () => {
  it('keeps what was begun, and that it was, across runs', () => {
    const action = makeAction();
    expect(reopened((journal) => [journal.begin(action), journal.begin(action)])).toEqual([true, false]);
    const [open] = reopened((journal) => journal.unfinished());
    expect(open).toMatchObject({ id: action.id, subject: { target: action.subject.target } });
    reopened((journal) => journal.finish(action.id, endWithout(noonMs + 5, 'audited')));
    expect(reopened((journal) => journal.unfinished())).toEqual([]);
    expect(reopened((journal) => journal.begin(action))).toBe(false);
    expect(reopened((journal) => journal.spentSince(noonMs))).toEqual([
      { atMs: noonMs, user: 'meridian\\anna', image: 'c:\\windows\\system32\\cmd.exe', processes: 1 },
    ]);
    expect(reopened((journal) => journal.spentSince(noonMs + 1))).toEqual([]);
  });

  it('counts the processes of a tree: those that were ended, or all that were to be', () => {
    const action = { ...makeAction(), target: 'tree' } as const;
    const spent = () => reopened((journal) => journal.spentSince(0).map(({ processes }) => processes));
    const holds = [4240, 4244, 4248].map((pid) => ({
      id: `${action.id}/${pid}`,
      kind: 'member' as const,
      subject: action.subject,
      target: 'tree' as const,
      pid,
      createdMs: noonMs,
      sinceMs: noonMs,
      dueMs: noonMs + 1,
    }));
    reopened((journal) => journal.begin(action, holds));
    expect(spent()).toEqual([3]);
    const released = holds.map(({ id }) => id);
    const end = { ...endWithout(noonMs, 'audited'), processes: 4 };
    reopened((journal) => journal.finish(action.id, end, released));
    expect(spent()).toEqual([4]);
  });

  it('counts what was held and then ended once: only the rest of its tree counts besides', () => {
    const held = { ...makeAction(), verb: 'suspend', id: 'a'.repeat(32) } as const;
    const ended = { ...makeAction(), target: 'tree', isHeld: true } as const;
    const spent = () => reopened((journal) => journal.spentSince(0));
    const one = expect.objectContaining({ processes: 1, user: 'meridian\\anna' });
    reopened((journal) => journal.begin(held));
    expect(spent()).toEqual([one]);
    reopened((journal) => journal.begin(ended));
    expect(spent()).toEqual([one]);
    reopened((journal) => journal.finish(ended.id, { ...endWithout(noonMs, 'audited'), processes: 3 }));
    expect(spent()).toEqual([one, { atMs: noonMs, processes: 2 }]);
  });

  it('finishes an action once', () => {
    const action = makeAction();
    const outcomes = reopened((journal) => {
      journal.begin(action);
      journal.finish(action.id, endWithout(noonMs, 'audited'));
      journal.finish(action.id, endWithout(noonMs, 'refused'));
      return [...journal.documents()].map((text) => JSON.parse(text).problemchild.response.result);
    });
    expect(outcomes).toEqual(['audited']);
  });

  it('does not count refusals as spent', () => {
    const refused = { ...makeAction(), end: endWithout(noonMs, 'refused', ['PC_REFUSED_AGE']) };
    expect(
      reopened((journal) => [journal.record(refused), journal.record(refused), journal.spentSince(0)]),
    ).toEqual([true, false, []]);
  });

  it('is written back before SQLite would do so in a write that an act waits for', () => {
    const refused = { ...makeAction(), end: endWithout(noonMs, 'refused', ['PC_REFUSED_AGE']) };
    reopened((journal) => {
      for (let index = 0; index < 1_000; index++) {
        journal.record({ ...refused, id: String(index).padStart(32, '0') });
      }
      expect(statSync(`${file}-wal`).size).toBeLessThan(1_000 * 4_096);
    });
  });

  it('lets the oldest lines of what was not done leave while it is written, and nothing that was done', () => {
    const limits = { lines: 200, leastLines: 50, bytes: 1e9 };
    const journal = new ResponseJournalFile(file, limits);
    const numbered = (index: number) => ({ ...makeAction(), id: String(index).padStart(32, '0') });
    for (let index = 0; index < 1_500; index++) {
      const action = numbered(index);
      if (index % 100 > 0) journal.record({ ...action, end: endWithout(noonMs, 'refused') });
      else if (index % 200 > 0) journal.begin(action);
      else {
        journal.begin({ ...action, by: 'anna' });
        const end = { ...endWithout(noonMs, 'refused'), result: 'terminated' as const };
        journal.finish(action.id, end);
      }
    }
    const there = [...Array(1_500).keys()].filter((index) => journal.has(numbered(index).id));
    expect(there.filter((index) => index % 100 === 0)).toHaveLength(15);
    const undone = there.filter((index) => index % 100 > 0);
    // Once in 160 lines it is looked after.
    expect(undone.length).toBeLessThan(200 + 160);
    expect(undone.slice(-190)).toEqual(
      [...Array(1_500).keys()].filter((index) => index % 100 > 0).slice(-190),
    );
    expect(journal.spentSince(0)).toHaveLength(7);
    journal.close();
  });

  it('stays within its bytes, however long the lines are', () => {
    const limits = { lines: 100_000, leastLines: 50, bytes: 8_000_000 };
    const journal = new ResponseJournalFile(file, limits);
    const action = makeAction();
    const long = { ...action, reason: 'x'.repeat(20_000), end: endWithout(noonMs, 'refused') };
    for (let index = 0; index < 2_000; index++) {
      journal.record({ ...long, id: String(index).padStart(32, '0') });
    }
    expect(statSync(file).size).toBeLessThan(16_000_000);
    expect(journal.has(String(1_999).padStart(32, '0'))).toBe(true);
    expect(journal.has(String(0).padStart(32, '0'))).toBe(false);
    journal.close();
  });

  it('keeps holds, stand-downs and overrides, and forgets them when told', () => {
    const { subject } = makeAction();
    const hold = {
      id: 'a',
      kind: 'decision' as const,
      subject,
      target: 'process' as const,
      pid: 4240,
      createdMs: noonMs + 0.1234,
      sinceMs: noonMs,
      dueMs: noonMs + 5,
    };
    const standDown = { sinceMs: 1, reason: 'x', by: 'anna' };
    reopened((journal) => {
      journal.hold({ ...hold, dueMs: 0 });
      journal.hold(hold);
      journal.standDown = standDown;
      journal.countedFromMs = 17;
    });
    reopened((journal) => {
      expect(journal.holds()).toEqual([JSON.parse(JSON.stringify(hold))]);
      expect([journal.standDown, journal.override, journal.countedFromMs]).toEqual([
        standDown,
        undefined,
        17,
      ]);
      journal.release('a');
      journal.standDown = undefined;
    });
    reopened((journal) => expect([journal.holds(), journal.standDown]).toEqual([[], undefined]));
  });

  it('is written while a batch is open on the state file beside it, and outlives its end', () => {
    const stateFile = join(folder, 'agent.db');
    expect(responseFileOf(stateFile)).toBe(file);
    const store = Store.open(stateFile);
    const journal = new ResponseJournalFile(file);
    try {
      store.transaction(() => {
        journal.begin(makeAction());
        throw new Error('the batch fails');
      });
    } catch {
      expect(journal.unfinished()).toHaveLength(1);
    } finally {
      journal.close();
      store.close();
    }
    expect.assertions(2);
  });
});
