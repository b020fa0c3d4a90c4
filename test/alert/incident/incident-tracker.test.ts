import { describe, expect, it } from 'vitest';
import { incidentToEcs, type StatePort } from '../../../src/alert/index.ts';
import { openDesk, startAt } from '../../support/incident.ts';

const named = (name: string, commandLine: string = name, parent = 'explorer.exe') => ({
  process: {
    name,
    executable: `C:\\Windows\\System32\\${name}`,
    commandLine,
    parent: { name: parent, executable: `C:\\x\\${parent}` },
  },
});

describe('incidents', () => {
  it('gather a shell, what it ran, and what it came from into one story', () => {
    const { take, finish, incidents } = openDesk();
    take(startAt(0, 10, 1, named('winword.exe')), 0.01);
    take(
      startAt(1, 11, 10, named('powershell.exe', 'powershell -enc SQBFAFgAIAAoAE4AZQB3AC0A', 'winword.exe')),
      0.999,
    );
    take(startAt(2, 12, 11, named('whoami.exe', 'whoami /all', 'powershell.exe')), 0.99);
    take(startAt(3, 13, 11, named('nltest.exe', 'nltest /dclist:x', 'powershell.exe')), 0.2);
    take(startAt(4, 14, 1, named('notepad.exe')), 0.01);
    finish();
    expect(incidents).toHaveLength(1);
    const [incident] = incidents;
    expect(incident?.members.map(({ eventId, role }) => [eventId, role])).toEqual([
      ['event-10', 'ancestor'],
      ['event-11', 'flagged'],
      ['event-12', 'flagged'],
      ['event-13', 'descendant'],
    ]);
    expect(incident?.alerts).toHaveLength(2);
    expect(incident?.tactics.map(({ name }) => name)).toEqual([
      'Initial Access',
      'Execution',
      'Defense Evasion',
      'Discovery',
    ]);
    const document = incidentToEcs(incident!);
    expect(document.event).toMatchObject({ kind: 'alert', dataset: 'problemchild.incident' });
    expect(document.problemchild.event_ids).toHaveLength(4);
  });

  it('close when their host has been quiet, not before, and the next begins anew', () => {
    const { take, finish, incidents } = openDesk();
    take(startAt(0, 10, 1, named('evil.exe')), 0.999);
    take(startAt(239, 11, 1, named('notepad.exe')), 0.01);
    expect(incidents).toHaveLength(0);
    take(startAt(240, 12, 1, named('notepad.exe')), 0.01);
    expect(incidents).toHaveLength(1);
    take(startAt(241, 13, 1, named('evil.exe')), 0.999);
    finish();
    expect(incidents).toHaveLength(2);
    expect(incidents[0]?.id).not.toBe(incidents[1]?.id);
  });

  it('keep hosts apart', () => {
    const { take, finish, incidents } = openDesk();
    for (const [index, host] of ['WS-1', 'WS-2'].entries()) {
      take(startAt(index, 10 + index, 1, { host: { name: host }, ...named('evil.exe') }), 0.999);
    }
    finish();
    expect(incidents.map(({ host }) => host.name)).toEqual(['WS-1', 'WS-2']);
  });

  it('keep apart what two users did hours from each other', () => {
    const { take, finish, incidents } = openDesk();
    take(startAt(0, 10, 1, { user: { name: 'anna' }, ...named('evil.exe') }), 0.999);
    take(startAt(120, 20, 2, { user: { name: 'ben' }, ...named('worse.exe') }), 0.999);
    finish();
    expect(incidents.map(({ users }) => users)).toEqual([['MERIDIAN\\anna'], ['MERIDIAN\\ben']]);
  });

  it('take in somebody looking around beside them, but not hours later', () => {
    const { take, finish, incidents } = openDesk();
    take(startAt(0, 10, 1, named('evil.exe')), 0.999);
    take(startAt(20, 20, 2, { user: { name: 'ben' }, ...named('whoami.exe') }), 0.1);
    take(startAt(60, 21, 2, { user: { name: 'ben' }, ...named('whoami.exe') }), 0.1);
    finish();
    expect(incidents[0]?.members.map(({ eventId }) => eventId)).toEqual(['event-10', 'event-20']);
  });

  it('are told when they grow too large, and go on', () => {
    const { take, finish, incidents } = openDesk({ incidents: { maxMembers: 5 } });
    for (let index = 0; index < 12; index++) {
      take(startAt(index, 10 + index, 1, named('evil.exe', `evil.exe ${'x'.repeat(index)}`)), 0.999);
    }
    finish();
    const told = incidents.flatMap(({ members }) => members.map(({ eventId }) => eventId));
    expect(new Set(told).size).toBe(12);
  });

  it('of thousands are worked out over the starts that follow, also over a restart, and are the same', () => {
    const family = (index: number) =>
      startAt(
        index / 6_000,
        100 + index,
        10,
        named('evil.exe', `evil.exe ${'x'.repeat(index % 7)}`, 'cmd.exe'),
      );
    const tell = (restartsAt: number) => {
      const rows = new Map<string, Map<string, unknown>>();
      const state: StatePort = {
        load: (kind) => [...(rows.get(kind) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
        put: (kind, key, value) => {
          rows.set(kind, (rows.get(kind) ?? new Map<string, unknown>()).set(key, structuredClone(value)));
        },
        remove: (kind, key) => void rows.get(kind)?.delete(key),
      };
      const open = () => openDesk({ incidents: { maxMembers: 300 }, state });
      let at = open();
      const told: { readonly after: number; readonly ids: readonly string[] }[] = [];
      for (let index = 0; index < 500; index++) {
        if (index === restartsAt) at = open();
        const before = at.incidents.length;
        at.take(family(index), index % 3 === 0 ? 0.999 : 0.1);
        at.desk.save(state);
        const ids = at.incidents.slice(before).map(({ id }) => id);
        if (ids.length > 0) told.push({ after: index, ids });
      }
      at.desk.passTime(Number.MAX_SAFE_INTEGER);
      for (let turn = 0; turn < 10; turn++) at.desk.save(state);
      return { told, rowsLeft: [...(rows.get('activity-member') ?? [])].length };
    };
    const whole = tell(Number.POSITIVE_INFINITY);
    expect(whole.told).toHaveLength(1);
    expect(whole.told[0]!.after).toBeGreaterThan(310);
    expect(whole.rowsLeft).toBe(0);
    const restarted = tell(305);
    expect(restarted.told.map(({ ids }) => ids)).toEqual(whole.told.map(({ ids }) => ids));
    expect(restarted.rowsLeft).toBe(0);
  });

  it('of a host that has to leave for another come over the starts that follow', () => {
    const { take, incidents } = openDesk();
    for (let index = 0; index < 100; index++) {
      take(startAt(index / 6_000, 100 + index, 10, named('evil.exe', 'evil.exe', 'cmd.exe')), 0.999);
    }
    let others = 0;
    const takeOther = () => take(startAt(1, 1_000 + others, 1, { host: { name: `other-${others++}` } }), 0.1);
    // As many hosts as are followed at once: the last of them takes the place of the first.
    while (others < 10_000) takeOther();
    expect(incidents).toHaveLength(0);
    for (let turn = 0; turn < 100; turn++) takeOther();
    expect(incidents.map(({ members }) => members.length)).toEqual([100]);
  });

  it('are told in time although all starts have one event id', () => {
    const { take, incidents } = openDesk({ incidents: { maxMembers: 50 } });
    for (let index = 0; index < 101; index++) {
      take(
        startAt(index / 6_000, 100 + index, 10, { id: 'same', ...named('evil.exe', 'evil.exe', 'cmd.exe') }),
        0.999,
      );
    }
    expect(incidents).toHaveLength(1);
  });

  it('name all of hundreds of starts and alerts, and tell the first 500 one by one', () => {
    const { take, finish, incidents } = openDesk();
    for (let index = 0; index < 520; index++) {
      take(startAt(index / 6_000, 100 + index, 10, named('evil.exe', 'evil.exe', 'cmd.exe')), 0.999);
    }
    finish();
    const { problemchild } = incidentToEcs(incidents[0]!);
    expect([problemchild.event_ids.length, problemchild.alert_ids.length]).toEqual([520, 520]);
    const { timeline, alerts } = problemchild.incident;
    expect([timeline.length, alerts.length]).toEqual([500, 500]);
  });

  it('are more serious the more kinds of things happen', () => {
    const risk = (lines: readonly string[]): number => {
      const { take, finish, incidents } = openDesk();
      for (const [index, line] of lines.entries()) {
        take(startAt(index, 10 + index, 1, named(line.split(' ')[0]!, line)), 0.999);
      }
      finish();
      return incidents[0]?.riskScore ?? 0;
    };
    const one = risk(['whoami.exe']);
    const same = risk(['whoami.exe', 'whoami.exe', 'whoami.exe']);
    const diverse = risk(['whoami.exe', 'reg.exe save HKLM\\SAM x', 'vssadmin.exe delete shadows /all']);
    expect(same).toBe(one);
    expect(diverse).toBeGreaterThan(one + 20);
  });
});
