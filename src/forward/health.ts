import { hash } from 'node:crypto';
import { type AgentFacts, createOwnDocument } from './notices.ts';
import type { OutboxEntry } from './outbox.ts';

/** What the agent knows of itself at one moment. */
export interface Health {
  readonly uptimeMs: number;
  /** `audit`, `suspend` or `terminate`. */
  readonly responseMode: string;
  /** SHA-256 of the model's weights. */
  readonly modelHash: string;
  /** Events read, scored, alerts raised, …: by name, growing over the agent's run. */
  readonly counters: Readonly<Record<string, number>>;
  readonly outbox: {
    readonly entries: number;
    readonly bytes: number;
    readonly deadLetters: number;
    readonly dropped: number;
    /** In memory because the disk is full. */
    readonly held: number;
  };
  readonly destinations: readonly {
    readonly name: string;
    readonly state: string;
    readonly waiting: number;
    readonly failures: number;
  }[];
  /** What is wrong, in words; empty when nothing is. */
  readonly problems: readonly string[];
}

/** The heartbeat: a metric document, so that a receiver sees when it stops coming. */
export function createHealthEntry(health: Health, timeMs: number, agent: AgentFacts): OutboxEntry {
  const eventId = hash('sha256', `health\n${agent.hostName}\n${timeMs}`, 'hex').slice(0, 32);
  const { outbox } = health;
  const document = createOwnDocument(timeMs, agent, {
    message: health.problems.length === 0 ? 'healthy' : health.problems.join('; '),
    event: {
      id: eventId,
      kind: 'metric',
      module: 'problemchild',
      dataset: 'problemchild.health',
      category: ['process'],
      type: ['info'],
      outcome: health.problems.length === 0 ? 'success' : 'failure',
    },
    problemchild: {
      health: {
        uptime_ms: Math.round(health.uptimeMs),
        response_mode: health.responseMode,
        model_hash: health.modelHash,
        counters: health.counters,
        outbox: {
          entries: outbox.entries,
          bytes: outbox.bytes,
          dead_letters: outbox.deadLetters,
          dropped: outbox.dropped,
          held: outbox.held,
        },
        destinations: health.destinations,
        problems: health.problems,
      },
    },
  });
  return { eventId, kind: 'health', severity: 0, timeMs, document };
}
