import { expect, it } from 'vitest';
import { scoreBatch } from '../../src/agent/scoring.ts';
import type { NetworkEvent } from '../../src/event/index.ts';
import { ProcessTable } from '../../src/lineage/index.ts';
import type { Scorer } from '../../src/problemchild/index.ts';
import { makeProcessEvent } from '../support/process-event.ts';

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
  const [security, sysmon, activity] = await scoreBatch(
    [
      makeProcessEvent({ provider: 'security' }),
      makeProcessEvent({ provider: 'sysmon', process: { entityId } }),
      connection,
    ],
    new ProcessTable(),
    scorer,
  );
  const idOf = (occurrence: typeof security): string | undefined =>
    occurrence?.kind === 'start' ? occurrence.start.event.process.entityId : occurrence?.processId;
  expect(idOf(sysmon)).toBe(idOf(security));
  expect(idOf(activity)).toBe(idOf(security));
});
