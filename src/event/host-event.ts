import type {
  Confirmation,
  Host,
  Process,
  ProcessEvent,
  Provider,
  RecordPosition,
  User,
} from './process-event.ts';

/** What decoders of every provider make of a record: a process start, or something that happened to one. */
export type HostEvent = ProcessEvent | ProcessRunning | ProcessEnd | NetworkEvent | DnsEvent;

interface ProcessReference extends Confirmation {
  readonly id: string;
  readonly timeMs: number;
  readonly timestamp: string | undefined;
  readonly provider: Provider;
  readonly position: RecordPosition;
  readonly host: Host;
  readonly user: User;
  readonly pid: number | undefined;
  readonly entityId: string | undefined;
  readonly executable: string | undefined;
}

/** A process that ran before a live source began: seeds the process table, is never scored. */
export interface ProcessRunning extends ProcessReference {
  readonly kind: 'running';
  readonly process: Process;
}

/** Sysmon 5, Security 4689, ECS `event.type: end`. */
export interface ProcessEnd extends ProcessReference {
  readonly kind: 'end';
}

/** Sysmon 3 or an ECS network event of a process. */
export interface NetworkEvent extends ProcessReference {
  readonly kind: 'network';
  readonly transport: string | undefined;
  readonly sourceIp: string | undefined;
  readonly sourcePort: number | undefined;
  readonly destinationIp: string | undefined;
  readonly destinationPort: number | undefined;
  readonly destinationDomain: string | undefined;
}

/** Sysmon 22 or an ECS DNS event of a process. */
export interface DnsEvent extends ProcessReference {
  readonly kind: 'dns';
  readonly question: string | undefined;
  readonly answers: readonly string[];
}
