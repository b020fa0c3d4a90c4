import { describe, expect, it } from 'vitest';
import { scoreBatch, startsOf } from '../../src/agent/scoring.ts';
import type { NetworkEvent } from '../../src/event/index.ts';
import { ProcessTable } from '../../src/lineage/index.ts';
import type { Scorer } from '../../src/problemchild/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';
import { createFakeScorer, makeBatch } from '../support/recordings.ts';

const scorer = {
  readsLineage: true,
  score: (events) => Promise.resolve(events.map(() => ({ prediction: 0 }))),
} as Partial<Scorer> as Scorer;

it('what a process did on the network is put down to it by the id it is known by, whichever log told of it first', async () => {
  const entityId = '747F3D96-9ACD-61AF-D301-000000000101';
  const { kind: _, action: __, process, ...start } = makeProcessEvent({ provider: 'security' });
  const connection: NetworkEvent = {
    ...start,
    kind: 'network',
    provider: 'sysmon',
    pid: process.pid,
    entityId,
    executable: process.executable,
    transport: 'tcp',
    sourceIp: undefined,
    sourcePort: undefined,
    destinationIp: '198.51.100.7',
    destinationPort: 443,
    destinationDomain: undefined,
  };
  const events = [
    makeProcessEvent({ provider: 'security' }),
    makeProcessEvent({ provider: 'sysmon', process: { entityId } }),
    connection,
  ];
  const { occurrences } = await scoreBatch({ events, rejections: [] }, new ProcessTable(), scorer);
  const [security, sysmon, activity] = occurrences;
  const idOf = (occurrence: typeof security): string | undefined =>
    occurrence?.kind === 'start' ? occurrence.start.event.process.entityId : occurrence?.processId;
  expect(idOf(sysmon)).toBe(idOf(security));
  expect(idOf(activity)).toBe(idOf(security));
});

describe('a start that the model fails on', () => {
  const poison = 'poison.exe';
  function openScorer(isBroken = () => false): Scorer {
    const whole = createFakeScorer();
    return {
      ...whole,
      score: (events) =>
        isBroken() || events.some(({ process }) => process.name === poison)
          ? Promise.reject(new Error('cannot be read'))
          : whole.score(events),
    };
  }

  it('is rejected, keeps its place in the tree, and costs no other, however many there are', async () => {
    const names = ['cmd.exe', ...Array.from({ length: 40 }, () => poison), 'evil.exe'];
    const events = names.map((name, index) =>
      makeProcessEvent({
        id: `event-${index}`,
        process: {
          name,
          pid: 4_000 + 4 * index,
          parent: { pid: 4_000 + 4 * (index - 1), name: undefined, executable: undefined },
        },
        position: { source: 'test', record: index + 1, offset: 0 },
      }),
    );
    const { occurrences, batch } = await scoreBatch(
      makeBatch(events, 'after'),
      new ProcessTable(),
      openScorer(),
    );
    const [first, last] = startsOf(occurrences);
    expect([first?.event.id, last?.event.id, occurrences.length]).toEqual(['event-0', 'event-41', 2]);
    expect(last?.event.process.parent.name).toBe(poison);
    expect(batch.events.map(({ id }) => id)).toEqual(['event-0', 'event-41']);
    expect(batch.rejections).toHaveLength(40);
    expect(batch.rejections[0]).toEqual({
      code: 'PC_EVENT_UNPROCESSED',
      position: { source: 'test', record: 2, offset: 0 },
      message: 'cannot be read',
    });
    expect(batch.recordsRead).toBe(batch.events.length + batch.filtered + batch.rejections.length);
  });

  it('is not blamed where the model fails on any', async () => {
    const batch = makeBatch([makeProcessEvent({ process: { name: 'cmd.exe' } })], 'after');
    await expect(
      scoreBatch(
        batch,
        new ProcessTable(),
        openScorer(() => true),
      ),
    ).rejects.toThrow('cannot be read');
  });
});
