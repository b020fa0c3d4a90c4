import { constants, setPriority } from 'node:os';
import type { Config } from '../config/index.ts';
import type { Log } from '../log/index.ts';

const { PRIORITY_BELOW_NORMAL, PRIORITY_NORMAL } = constants.priority;
const ownProcess = 0;
let current: Config['agent']['priority'] = 'normal';

/** Sets the priority of this process; one that may not be set is reported and left as it is. */
export function applyPriority(priority: Config['agent']['priority'], log: Log): void {
  if (priority === current) return;
  try {
    setPriority(ownProcess, priority === 'belowNormal' ? PRIORITY_BELOW_NORMAL : PRIORITY_NORMAL);
    current = priority;
  } catch (error) {
    log.warn('The priority of the process could not be set', { priority, why: String(error) });
  }
}
