import type { DnsEvent, NetworkEvent } from '../../event/index.ts';
import { cutEnd } from '../../text/index.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf } from '../subject-keys.ts';
import { UnsavedKeys } from '../unsaved-keys.ts';

const kind = 'process-activity';

/** Most processes whose connections and questions are remembered; the one known longest leaves first. */
const maxProcesses = 4_096;
/** Most destinations and names per process; further ones are counted only. */
const maxDestinations = 32;
const maxNameLength = 255;

export interface Connection {
  /** `domain` or address, with the port where there is one. */
  readonly destination: string;
  readonly ip: string | undefined;
  readonly domain: string | undefined;
  readonly count: number;
}

export interface Question {
  readonly name: string;
  readonly answers: readonly string[];
  readonly count: number;
}

/** What a process did on the network, as far as the recording tells. */
export interface ProcessActivity {
  readonly connections: readonly Connection[];
  readonly questions: readonly Question[];
  /** Connections and questions beyond those listed. */
  readonly further: number;
}

interface Kept {
  readonly serial: number;
  connections: Connection[];
  questions: Question[];
  further: number;
}

/** Connections and DNS questions by process. */
export class ActivityLog {
  readonly #processes = new Map<string, Kept>();
  readonly #unsaved = new UnsavedKeys(kind);
  #nextSerial = 0;

  constructor(port?: StatePort) {
    if (port === undefined) return;
    const saved = [...port.load(kind)] as [string, Kept][];
    for (const [key, kept] of saved.sort((a, b) => a[1].serial - b[1].serial)) {
      this.#processes.set(key, kept);
      this.#nextSerial = kept.serial + 1;
    }
  }

  /** `processId`: the entity id that the process table knows the process by. */
  observe(event: NetworkEvent | DnsEvent, processId: string): void {
    const kept = this.#keep(`${hostKeyOf(event.host)}\n${processId}`);
    if (event.kind === 'network') addConnection(kept, event);
    else addQuestion(kept, event);
  }

  of(host: string, processId: string | undefined): ProcessActivity | undefined {
    return processId === undefined ? undefined : this.#processes.get(`${host}\n${processId}`);
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#unsaved.startOver(this.#processes.keys());
  }

  save(port: StatePort): void {
    this.#unsaved.save(port, (key) => this.#processes.get(key));
  }

  #keep(key: string): Kept {
    this.#unsaved.change(key);
    const known = this.#processes.get(key);
    if (known !== undefined) return known;
    if (this.#processes.size >= maxProcesses) {
      const oldest = this.#processes.keys().next().value!;
      this.#processes.delete(oldest);
      this.#unsaved.remove(oldest);
    }
    const kept: Kept = { serial: this.#nextSerial++, connections: [], questions: [], further: 0 };
    this.#processes.set(key, kept);
    return kept;
  }
}

function addConnection(kept: Kept, event: NetworkEvent): void {
  const host = event.destinationDomain ?? event.destinationIp;
  if (host === undefined) return;
  const name = cutEnd(host, maxNameLength);
  const destination = event.destinationPort === undefined ? name : `${name}:${event.destinationPort}`;
  const at = kept.connections.findIndex((known) => known.destination === destination);
  const known = kept.connections[at];
  if (known !== undefined) kept.connections[at] = { ...known, count: known.count + 1 };
  else if (kept.connections.length >= maxDestinations) kept.further++;
  else {
    const { destinationIp, destinationDomain } = event;
    kept.connections.push({
      destination,
      ip: destinationIp,
      domain: destinationDomain === undefined ? undefined : cutEnd(destinationDomain, maxNameLength),
      count: 1,
    });
  }
}

function addQuestion(kept: Kept, { question, answers }: DnsEvent): void {
  if (question === undefined) return;
  const name = cutEnd(question, maxNameLength);
  const at = kept.questions.findIndex((known) => known.name === name);
  const known = kept.questions[at];
  if (known !== undefined) kept.questions[at] = { ...known, count: known.count + 1 };
  else if (kept.questions.length >= maxDestinations) kept.further++;
  else
    kept.questions.push({
      name,
      answers: answers.slice(0, 8).map((text) => cutEnd(text, maxNameLength)),
      count: 1,
    });
}
