import type { Action } from './action.ts';
import type { ProcessAct, ProcessPort, ProcessTarget } from './process-port.ts';

/** Most processes that the native layer looks at, and a person ends at once; the agent has its budget besides. */
export const largestTree = 256;

const notWhole = 'its tree may not be ended as a whole';

/** With these the native layer let a tree go again, and nobody was ended. */
const refusedWhole: ReadonlySet<string> = new Set([
  'PC_E_TREE_LIMIT',
  'PC_E_TREE_UNSTABLE',
  'PC_E_CRITICAL',
  'PC_E_PROTECTED',
  'PC_E_UNVERIFIABLE',
]);

/** The action, or where its tree is more than may be ended the same on the flagged process alone. */
export function boundTree<A extends Pick<Action, 'verb' | 'target' | 'reason'>>(
  action: A,
  treeSize: number,
  mostProcesses: number,
): A {
  if (action.verb !== 'terminate' || action.target !== 'tree' || treeSize <= mostProcesses) return action;
  const why = `${notWhole}: only the process itself`;
  const reason = action.reason === undefined ? why : `${action.reason}; ${why}`;
  return { ...action, target: 'process', reason };
}

/**
 * Ends a tree. Members may have joined since it was looked at: where the native layer finds what may not be ended, more than
 * `treeLimit`, or no end of new ones, the agent ends the root alone, and a person is told.
 */
export async function endTree(
  control: ProcessPort,
  root: ProcessTarget,
  treeLimit: number,
  by: string,
): Promise<{ readonly act: ProcessAct; readonly processes: number }> {
  const tree = await control.terminateTree(root, { treeLimit: Math.min(treeLimit, largestTree) });
  if (by !== 'agent' || !refusedWhole.has(tree.code)) return { act: tree, processes: tree.ended };
  const act = await control.terminate(root);
  // Not wholly done: its members stay written down until somebody has looked whether one still stands still.
  const isPartial = act.code === 'PC_OK';
  return { act: isPartial ? { ...act, code: 'PC_E_PARTIAL', cause: notWhole } : act, processes: 1 };
}
