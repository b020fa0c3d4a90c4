import { messageOf } from '../errors/index.ts';
import { DeliveryFailure, type Destination, type SendResult, type Verdict } from './destination.ts';
import type { OutboxKind, QueuedEntry } from './outbox.ts';
import { trimDocument } from './trim-document.ts';

/** The Windows event log as windows/ writes to it; injected, because only that room calls native code. */
export interface EventLogWriter {
  write(level: 'error' | 'warning' | 'information', kind: OutboxKind, text: string): void;
  close(): void;
}

/** Longest text of an event in bytes; Windows takes 31,839 characters. */
const maxTextBytes = 31_000;

/** Each document as one event of the agent's own source, with an event id for each kind. */
export class EventLogDestination implements Destination {
  readonly #writer: EventLogWriter;
  readonly #prepare: (entry: QueuedEntry) => string;

  constructor(writer: EventLogWriter, prepare: (entry: QueuedEntry) => string) {
    this.#writer = writer;
    this.#prepare = prepare;
  }

  async send(entries: readonly QueuedEntry[]): Promise<SendResult> {
    const verdicts: Verdict[] = [];
    let failure: DeliveryFailure | undefined;
    for (const entry of entries) {
      if (failure !== undefined) {
        verdicts.push('retry');
        continue;
      }
      try {
        const document = this.#prepare(entry);
        const isLong = Buffer.byteLength(document) > maxTextBytes;
        const text = isLong
          ? trimDocument(JSON.parse(document) as Record<string, unknown>, maxTextBytes)
          : document;
        this.#writer.write(levelOf(entry), entry.kind, text);
        verdicts.push('delivered');
      } catch (error) {
        const message = messageOf(error);
        failure = new DeliveryFailure(message, { code: 'EVENTLOG', cause: error });
        verdicts.push('retry');
      }
    }
    return { verdicts, failure };
  }

  async close(): Promise<void> {
    this.#writer.close();
  }
}

function levelOf({ kind, severity }: QueuedEntry): 'error' | 'warning' | 'information' {
  if (kind === 'health') return 'information';
  return severity >= 73 ? 'error' : 'warning';
}
