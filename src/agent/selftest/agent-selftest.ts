import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../../config/index.ts';
import { AgentError } from '../../errors/index.ts';
import { isLiveSourceKind } from '../../source/index.ts';
import { type ControlClient, connectToAgent } from '../control/index.ts';
import type { SelftestProgress } from './live-selftest.ts';
import { Skipped, type StepRecorder } from './step-recorder.ts';

const pollMs = 200;

/**
 * The steps that only a running agent can take. The mark, or `undefined` where there is no capture to be tested: the
 * steps say whether that is as it should be.
 */
export async function testRunningAgent(
  config: Config,
  recorder: StepRecorder,
  timeoutMs: number,
): Promise<string | undefined> {
  const client = await recorder.run('agent', () => greetAgent(config));
  if (client === undefined) {
    await recorder.run('capture', () => missCapture(config));
    return undefined;
  }
  try {
    const begun = await recorder.run('capture', () => beginTest(client, timeoutMs));
    if (begun === undefined) return undefined;
    // Its own steps tell more than that it could be begun.
    recorder.steps.pop();
    let progress = begun;
    const end = await recorder.run('end', async () => {
      while (!progress.isOver) {
        await wait(pollMs);
        progress = (await client.ask('selftest.progress')) as SelftestProgress;
      }
      return [progress, 'the agent is done with it'];
    });
    const last = recorder.steps.pop();
    recorder.steps.push(...progress.steps, ...(end === undefined && last !== undefined ? [last] : []));
    return progress.mark;
  } finally {
    client.close();
  }
}

/** Whether an agent runs, and how much it has seen. */
async function greetAgent(config: Config): Promise<readonly [ControlClient, string]> {
  let client: ControlClient;
  try {
    client = await connectToAgent(config);
  } catch (error) {
    if (error instanceof AgentError) throw new Skipped(`no agent answers (${error.message})`);
    throw error;
  }
  const { source, counters } = (await client.ask('status')) as {
    readonly source: { readonly name: string };
    readonly counters: { readonly records: number };
  };
  return [client, `it reads ${source.name}, ${counters.records} records so far`];
}

async function beginTest(
  client: ControlClient,
  timeoutMs: number,
): Promise<readonly [SelftestProgress, string]> {
  try {
    return [(await client.ask('selftest.begin', { timeoutMs })) as SelftestProgress, ''];
  } catch (error) {
    if (error instanceof AgentError && error.code === 'PC_SELFTEST_NO_CAPTURE') {
      throw new Skipped(`not tested: ${error.message}`);
    }
    throw error;
  }
}

/** Where this machine could capture, that nobody does is a failure of its own. */
function missCapture({ source }: Config): never {
  if (process.platform === 'win32' && isLiveSourceKind(source.input)) {
    throw new AgentError(
      'PC_CONTROL_UNREACHABLE',
      'not tested: no agent runs that could see a process start',
    );
  }
  throw new Skipped('not tested: only a running agent on Windows captures process starts');
}
