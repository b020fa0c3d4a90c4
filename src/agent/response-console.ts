import type { Config } from '../config/index.ts';
import type { Clock } from '../event/index.ts';
import type { ArmRequest, ResponseStatus } from '../response/index.ts';
import type { ControlClient } from './control/index.ts';
import { type AgentSearch, findAgent } from './find-agent.ts';
import { openLibrary } from './live-input.ts';
import { currentPerson, openResponseDesk } from './response-desk.ts';

type Order = Omit<ArmRequest, 'by'>;

/** What a person at a terminal tells the response, and sees of it. */
export interface ResponseConsole {
  /** Whether a running agent answers; if not, the status is what the next one will find. */
  readonly agentRuns: boolean;
  /** State file of an agent that answers and is another one. */
  readonly otherState: string | undefined;
  status(): Promise<ResponseStatus>;
  /** Answers what holds then. */
  arm(order: Order): Promise<ResponseStatus>;
  disarm(order: Order): Promise<ResponseStatus>;
  close(): void;
}

/**
 * Through the running agent where one answers, so that it says who asked; otherwise straight in its journal, which
 * the next one reads.
 * @throws AgentError PC_CONTROL_DENIED when an agent runs but not for this account; PC_USAGE without a state file
 */
export async function openResponseConsole(
  config: Config,
  clock: Clock,
  onForeign: AgentSearch['onForeign'],
): Promise<ResponseConsole> {
  let otherState: string | undefined;
  const client = await findAgent(config, {
    onOther: (stateFile) => {
      otherState = stateFile ?? 'none';
    },
    onForeign,
  });
  return client === undefined ? consoleOfJournal(config, clock, otherState) : consoleOfAgent(client);
}

function consoleOfAgent(client: ControlClient): ResponseConsole {
  const ask = async (command: string, params = {}) => (await client.ask(command, params)) as ResponseStatus;
  return {
    agentRuns: true,
    otherState: undefined,
    status: () => ask('response.status'),
    arm: ({ reason, override }) => ask('response.arm', { reason, override }),
    disarm: ({ reason }) => ask('response.disarm', { reason }),
    close: () => client.close(),
  };
}

async function consoleOfJournal(
  config: Config,
  clock: Clock,
  otherState: string | undefined,
): Promise<ResponseConsole> {
  // The kill switch may be in the registry, which only the native library reads.
  const library = process.platform === 'win32' ? await openLibrary(config) : undefined;
  const desk = openResponseDesk(() => config, clock, library);
  const by = currentPerson();
  return {
    agentRuns: false,
    otherState,
    status: async () => desk.status(),
    async arm(order) {
      desk.arm({ ...order, by });
      return desk.status();
    },
    async disarm(order) {
      desk.disarm({ ...order, by });
      return desk.status();
    },
    close: () => desk.close(),
  };
}
