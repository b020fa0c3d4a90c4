import { AgentError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import type { IsolationChange, IsolationRequest, IsolationStatus } from '../response/index.ts';
import type { ControlClient } from './control/index.ts';
import { type AgentSearch, findAgent } from './find-agent.ts';
import { type IsolationOptions, openIsolationDesk } from './isolation-desk.ts';
import { openLibrary } from './live-input.ts';
import { currentPerson } from './response-desk.ts';

export type IsolationOrder = Pick<IsolationRequest, 'reason' | 'forMs' | 'persistent' | 'noWayBack'>;

/** What a person at a terminal does about this host's isolation. */
export interface IsolationConsole {
  isolate(order: IsolationOrder): Promise<IsolationChange>;
  release(reason: string): Promise<IsolationChange>;
  status(): Promise<IsolationStatus>;
  close(): Promise<void>;
}

/** Names are resolved, filters set and every destination tried. */
const changeTimeoutMs = 120_000;

/**
 * Through the running agent where one answers, so that one of them changes filters and knows who asked; otherwise at
 * once.
 * @throws AgentError PC_CONTROL_DENIED when an agent runs but not for this account; PC_USAGE without a state file
 */
export async function openIsolationConsole(
  options: Omit<IsolationOptions, 'journal' | 'audience' | 'library'>,
  log: Log,
  onForeign: AgentSearch['onForeign'],
): Promise<IsolationConsole> {
  const config = options.config();
  const client = await findAgent(config, { onForeign });
  if (client !== undefined) return consoleOfAgent(client);
  if (config.state.file === null) throw new AgentError('PC_USAGE', 'name the state file with --state');
  const desk = openIsolationDesk({ ...options, library: await openLibrary(config) }, log);
  const { stage } = desk;
  const by = currentPerson();
  return {
    isolate: (order) => stage.isolate({ ...order, by, byPerson: true, incident: undefined }),
    release: (reason) => stage.release(by, reason),
    status: () => stage.status(),
    close: () => desk.close(),
  };
}

function consoleOfAgent(client: ControlClient): IsolationConsole {
  const change = async (command: string, params: Readonly<Record<string, unknown>>) =>
    (await client.ask(command, params, changeTimeoutMs)) as IsolationChange;
  return {
    isolate: (order) => change('host.isolate', { ...order }),
    release: (reason) => change('host.release', { reason }),
    status: async () => (await client.ask('host.status')) as IsolationStatus,
    close: async () => client.close(),
  };
}
