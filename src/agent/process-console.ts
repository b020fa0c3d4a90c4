import type { Config } from '../config/index.ts';
import { type AgentSearch, findAgent } from './find-agent.ts';
import { type OpenLibrary, openLibrary } from './live-input.ts';
import { type LookedAt, openProcessDesk, type ProcessOrder, type ReportedAction } from './process-desk.ts';
import { currentPerson } from './response-desk.ts';

/** What a person at a terminal does about single processes. */
export interface ProcessConsole {
  /** @throws AgentError PC_USAGE when no process goes by that name */
  look(entity: string, target: ProcessOrder['target']): Promise<LookedAt>;
  /** `undefined` when there was nothing to do. @throws as `look` */
  act(order: ProcessOrder): Promise<ReportedAction | undefined>;
  /** Resumes whatever the agent suspended, and answers how many are still held. */
  release(reason: string): Promise<number>;
  close(): Promise<void>;
}

export interface ProcessConsoleParts {
  readonly config: Config;
  readonly openLibrary?: OpenLibrary | undefined;
  /** Hears of what went wrong off to the side. */
  readonly onFailure: (what: string, error: unknown) => void;
  readonly onForeign: AgentSearch['onForeign'];
}

/** Ending a large tree waits for each of its processes. */
const actTimeoutMs = 60_000;

/**
 * Through the running agent where one answers: it is the only one that acts then, it tells its destinations, and it
 * knows by itself who asks. Otherwise at once, in its journal.
 * @throws AgentError PC_CONTROL_DENIED when an agent runs but not for this account; PC_USAGE without a state file
 */
export async function openProcessConsole(parts: ProcessConsoleParts): Promise<ProcessConsole> {
  const client = await findAgent(parts.config, parts);
  if (client === undefined) return consoleOfDesk(parts);
  return {
    look: async (entity, target) => (await client.ask('process.look', { entity, target })) as LookedAt,
    async act(order) {
      const done = await client.ask('process.act', { ...order }, actTimeoutMs);
      return (done ?? undefined) as ReportedAction | undefined;
    },
    release: async (reason) => (await client.ask('process.release', { reason }, actTimeoutMs)) as number,
    close: async () => client.close(),
  };
}

async function consoleOfDesk({ config, onFailure, ...parts }: ProcessConsoleParts): Promise<ProcessConsole> {
  const library = await (parts.openLibrary ?? openLibrary)(config);
  const desk = openProcessDesk(config, library, onFailure);
  const by = currentPerson();
  return {
    look: (entity, target) => desk.look(entity, target),
    act: (order) => desk.act(order, by),
    release: (reason) => desk.release(by, reason),
    close: () => desk.close(),
  };
}
