import { spawnSync } from 'node:child_process';
import { until } from './until.ts';

/** What an administrator does to services, by the system's own sc.exe; each gives back what that said. */
export const controlService = {
  create: (name: string, command: readonly string[]) =>
    sc('create', name, 'binPath=', quote(command), 'start=', 'demand'),
  start: (name: string) => sc('start', name),
  stop: (name: string) => sc('stop', name),
  query: (name: string) => sc('query', name),
  remove: (name: string) => sc('delete', name),
};

/** Waits until the service controller gives a service this state. */
export function untilService(name: string, state: 'RUNNING' | 'STOPPED', context: string): Promise<void> {
  return until(`${context}${name} is seen ${state}`, () => controlService.query(name).includes(state));
}

function sc(...args: readonly string[]): string {
  const run = spawnSync('sc.exe', args, { encoding: 'utf8', windowsVerbatimArguments: true });
  if (run.error !== undefined) throw run.error;
  // Wine's says nothing of what fails.
  const how = run.status === 0 ? '' : `sc ${args[0]} ended with ${run.status}\n`;
  return `${how}${run.stdout}${run.stderr}`;
}

/** One argument for sc.exe that holds a command line of its own. */
function quote(words: readonly string[]): string {
  return `"${words.map((word) => (/[\s"]/.test(word) ? `\\"${word}\\"` : word)).join(' ')}"`;
}
