import { resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { type ControlClient, connectToAgent } from './control/index.ts';
import type { AgentStatus } from './status.ts';

/** Hears why nobody is asked though something is there. */
export interface AgentSearch {
  /** An agent answers that keeps another state. */
  readonly onOther?: (stateFile: string | null) => void;
  /** The name is somebody else's: an agent may run and have no channel. PC_CONTROL_FOREIGN. */
  readonly onForeign: (error: AgentError) => void;
}

/**
 * The running agent of this state file; `undefined` where none answers, and then the caller may do itself what it
 * would have asked for.
 * @throws AgentError PC_CONTROL_DENIED when an agent runs but not for this account
 */
export async function findAgent(
  config: Config,
  search: AgentSearch,
  connect = connectToAgent,
): Promise<ControlClient | undefined> {
  let client: ControlClient | undefined;
  try {
    client = await connect(config);
    const { stateFile } = (await client.ask('status')) as AgentStatus;
    if (isSameState(stateFile, config.state.file)) return client;
    search.onOther?.(stateFile);
  } catch (error) {
    if (!isUnreachable(error)) {
      client?.close();
      throw error;
    }
    if (error.code === 'PC_CONTROL_FOREIGN') search.onForeign(error);
  }
  client?.close();
  return undefined;
}

type Unreachable = AgentError & { readonly code: 'PC_CONTROL_UNREACHABLE' | 'PC_CONTROL_FOREIGN' };

/** Whether this says that no agent answers, rather than that one did and refused. */
export function isUnreachable(error: unknown): error is Unreachable {
  return (
    error instanceof AgentError &&
    (error.code === 'PC_CONTROL_UNREACHABLE' || error.code === 'PC_CONTROL_FOREIGN')
  );
}

/** On Windows there is one pipe, whatever state the agent behind it keeps. */
function isSameState(theirs: string | null, ours: string | null): boolean {
  return ours === null || (theirs !== null && resolve(theirs) === resolve(ours));
}
