import { describe, expect, it } from 'vitest';
import { createOutboxAudience } from '../../src/agent/outbox-audience.ts';
import { ResponseStage } from '../../src/response/index.ts';
import { FakeProcesses } from '../response/fake-processes.ts';
import { flagged, noonMs, ResponseWorld } from '../response/response-world.ts';
import { createMemoryLog } from '../support/memory-log.ts';

describe('a response whose outbox takes nothing', () => {
  const policy = { mode: 'terminate', suspendFirst: true, holdMs: 5_000, holdMinRarity: 0 } as const;

  it('acts, decides about what it holds and writes down both all the same, and says so in the log', async () => {
    const processes = new FakeProcesses();
    const world = new ResponseWorld(processes, policy);
    const log = createMemoryLog();
    const audience = createOutboxAudience(() => {
      throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    }, log);
    const stage = new ResponseStage({ ...world.parts, audience });
    processes.start({ pid: 4240, createdMs: noonMs });
    stage.take(...flagged());
    await stage.settle();
    world.nowMs += 5_000;
    stage.tick();
    await stage.settle();
    const verbs = [...world.journal.documents()].map((text) => JSON.parse(text).event.action);
    expect(verbs).toEqual(['suspend', 'terminate']);
    expect([processes.ended.length, world.journal.holds(), world.journal.unfinished()]).toEqual([1, [], []]);
    expect(log.lines.filter(({ message }) => message.includes('its journal has it'))).toHaveLength(2);
  });
});
