import type { AgentStatus } from '../../src/agent/index.ts';
import { readCounters } from '../../src/windows/source-counters.ts';

/** A status with something of everything. */
export function makeStatus(): AgentStatus {
  const none = readCounters(Buffer.alloc(512));
  return {
    schema: 1,
    version: '0.1.0',
    pid: 4_240,
    host: 'WS-0417',
    startedAt: '2026-11-18T09:00:00.000Z',
    uptimeMs: 90_061_000,
    mode: 'suspend',
    response: {
      mode: 'suspend',
      configuredMode: 'suspend',
      override: undefined,
      standDown: undefined,
      killSwitch: false,
      held: 1,
    },
    stateFile: 'C:\\ProgramData\\ProblemChild\\agent.db',
    model: { name: 'agent-v1', sha256: 'ab'.repeat(32) },
    source: {
      name: 'etw',
      recordsPerSecond: 12.5,
      startsPerSecond: 3.25,
      lastEventAt: '2026-11-19T10:00:59.500Z',
      captures: {
        etw: {
          ...none,
          state: 'running',
          received: 110,
          decoded: 104,
          filtered: 6,
          delivered: 100,
          dropped: 4,
        },
      },
      lost: 4,
    },
    stages: [
      { name: 'capture', state: 'fine' },
      { name: 'forward', state: 'failing', reason: 'siem "one"' },
    ],
    counters: {
      records: 100,
      scored: 60,
      related: 30,
      filtered: 7,
      rejected: 3,
      rejectedByCode: { PC_EVENT_JSON: 2, PC_EVENT_FIELD: 1 },
      addUp: true,
    },
    alerts: {
      raised: 12,
      shown: 5,
      suppressed: 4,
      silenced: 2,
      duplicates: 1,
      rollUps: 1,
      incidents: 2,
      shownByRule: { 'A rule': 3, 'Another "rule"\n': 2 },
      addUp: true,
    },
    outbox: { entries: 5, bytes: 4_096, put: 95, dropped: 0, deadLetters: 2, held: 0 },
    destinations: [
      {
        name: 'siem "one"',
        offered: 95,
        requeued: 0,
        delivered: 80,
        filtered: 8,
        rejected: 2,
        dropped: 0,
        waiting: 5,
        state: 'waiting',
        failures: 3,
        lastFailure: 'connection refused\u001b[31m',
        addUp: true,
      },
    ],
    process: { rssBytes: 104_857_600, heapUsedBytes: 52_428_800, cpuMs: 61_000, cpuPercent: 1.2 },
  };
}
