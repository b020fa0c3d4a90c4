import { resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { type ControlClient, connectToAgent } from './control/index.ts';
import type { AgentStatus } from './status.ts';

/**
 * The running agent of this state file; `undefined` where none answers, and then the caller may do itself what it
 * would have asked for. `onOther` hears of one that answers and keeps another state.
 * @throws AgentError PC_CONTROL_DENIED when an agent runs but not for this account
 */
export async function findAgent(
  config: Config,
  onOther: (stateFile: string | null) => void = () => undefined,
): Promise<ControlClient | undefined> {
  let client: ControlClient | undefined;
  try {
    client = await connectToAgent(config);
    const { stateFile } = (await client.ask('status')) as AgentStatus;
    if (isSameState(stateFile, config.state.file)) return client;
    onOther(stateFile);
  } catch (error) {
    if (!(error instanceof AgentError && error.code === 'PC_CONTROL_UNREACHABLE')) {
      client?.close();
      throw error;
    }
  }
  client?.close();
  return undefined;
}

/** On Windows there is one pipe, whatever state the agent behind it keeps. */
function isSameState(theirs: string | null, ours: string | null): boolean {
  return ours === null || (theirs !== null && resolve(theirs) === resolve(ours));
}
