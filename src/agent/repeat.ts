import type { Log } from '../log/index.ts';

/**
 * Does something every `everyMs`, until its timer is cleared. What fails is told to the log and tried again: nobody else
 * could catch it, and it would end the agent. A failure that goes on is told once.
 */
export function repeat(
  what: string,
  everyMs: number,
  work: () => unknown,
  log: Pick<Log, 'error'>,
): NodeJS.Timeout {
  let told: string | undefined;
  async function once(): Promise<void> {
    try {
      await work();
      told = undefined;
    } catch (error) {
      const why = String(error);
      if (why !== told) log.error('What is done again and again has failed', { what, why });
      told = why;
    }
  }
  return setInterval(() => void once(), everyMs);
}
