import type { Incident } from '../alert/index.ts';
import type { IsolationStage } from '../response/index.ts';
import { type IsolationOptions, openIsolation } from './isolation-desk.ts';

/** How often what should be in force is held against what is: an isolation ends at most this much too late. */
const everyMs = 30_000;

/** The isolation as a live run has it. */
export interface IsolationRun {
  readonly stage: IsolationStage;
  /** Before the first event: ends or repairs what an earlier run left. */
  start(): Promise<void>;
  takeIncidents(incidents: readonly Incident[]): void;
  /** Filters stay as they are: what ends with the agent would be an invitation to end the agent. */
  stop(): Promise<void>;
}

export function openIsolationRun(options: IsolationOptions): IsolationRun {
  const stage = openIsolation(options);
  let timer: NodeJS.Timeout | undefined;
  return {
    stage,
    async start() {
      await stage.reconcile();
      timer = setInterval(() => void stage.reconcile(), everyMs);
    },
    takeIncidents: (incidents) => stage.takeIncidents(incidents),
    async stop() {
      clearInterval(timer);
      await stage.settle();
    },
  };
}
