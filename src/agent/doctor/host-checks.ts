import { availableParallelism, totalmem } from 'node:os';
import { type Check, fail, ok, warn } from './check.ts';

/** Nobody runs this agent before it was written. */
const writtenMs = Date.UTC(2026, 0, 1);
const leastNodeMajor = 24;
const leastFreeBytes = 268_435_456;
/** Over which the two clocks of the machine are compared. */
const clockSampleMs = 200;
const clockSlackMs = 50;

export const hostChecks: readonly Check[] = [
  {
    id: 'node-version',
    title: 'Node.js is the version the agent is made for',
    needs: [],
    remedy: 'Use the Node.js that the installer or `npm ci` brought.',
    look() {
      const major = Number(process.versions.node.split('.')[0]);
      const said = `Node.js ${process.versions.node} on ${process.platform} ${process.arch}`;
      return major >= leastNodeMajor ? ok(said) : fail(`${said}; ${leastNodeMajor} or newer is needed`);
    },
  },
  {
    id: 'memory',
    title: 'There is memory left',
    needs: [],
    remedy: 'End what takes the memory, or give the machine more.',
    look() {
      const free = process.availableMemory();
      const said = `${formatBytes(free)} of ${formatBytes(totalmem())} available`;
      return free >= leastFreeBytes ? ok(said) : warn(said);
    },
  },
  {
    id: 'processors',
    title: 'There is a processor to spare',
    needs: [],
    remedy: 'One processor is enough for a workstation; give a busy server a second one.',
    look() {
      const count = availableParallelism();
      return count > 1 ? ok(`${count} processors`) : warn('one processor, shared with everything else');
    },
  },
  {
    id: 'clock',
    title: 'The clock is plausible and runs evenly',
    needs: [],
    remedy: 'Set the clock by a time server; alerts carry the time of the host.',
    async look({ clock }) {
      const nowMs = clock.nowMs();
      if (nowMs < writtenMs) return fail(`the clock says ${new Date(nowMs).toISOString()}`);
      const startedMs = performance.now();
      await new Promise((resolve) => setTimeout(resolve, clockSampleMs));
      const driftMs = clock.nowMs() - nowMs - (performance.now() - startedMs);
      return Math.abs(driftMs) <= clockSlackMs
        ? ok(new Date(nowMs).toISOString())
        : warn(
            `the clock moved by ${Math.round(driftMs)} ms against the processor's within ${clockSampleMs} ms`,
          );
    },
  },
];

export function formatBytes(bytes: number): string {
  if (bytes < 1_048_576) return `${Math.ceil(bytes / 1_024)} KB`;
  if (bytes < 1_073_741_824) return `${(bytes / 1_048_576).toFixed(1)} MB`;
  return `${(bytes / 1_073_741_824).toFixed(1)} GB`;
}
