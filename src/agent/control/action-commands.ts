import * as z from 'zod';
import { AgentError } from '../../errors/index.ts';
import type { IsolationStage } from '../../response/index.ts';
import type { ProcessDesk } from '../process-desk.ts';
import { type ControlCommand, defineCommand, nameCaller } from './command.ts';
import { nothing, reason } from './params.ts';

/** What of the running agent acts on processes and on the host; absent where it acts on nothing. */
export interface ActionContext {
  readonly processes: Pick<ProcessDesk, 'look' | 'act' | 'release'> | undefined;
  readonly isolation: Pick<IsolationStage, 'isolate' | 'release' | 'status'> | undefined;
}

const entity = z.string().min(1).max(256);
const target = z.enum(['process', 'tree']);
const order = z.strictObject({
  verb: z.enum(['suspend', 'resume', 'terminate']),
  entity,
  target,
  reason: reason.optional(),
});
const isolation = z.strictObject({
  reason,
  forMs: z.int().positive(),
  persistent: z.boolean(),
  noWayBack: z.boolean(),
});

/** What people do by hand, through the same guard and journal as the agent. All but a status is for administrators. */
export function createActionCommands(context: ActionContext): ControlCommand[] {
  const processes = () => present(context.processes);
  const stage = () => present(context.isolation);
  return [
    defineCommand('process.look', 'admin', z.strictObject({ entity, target: target.optional() }), (params) =>
      processes().look(params.entity, params.target),
    ),
    defineCommand('process.act', 'admin', order, async (params, caller) => {
      const done = await processes().act({ ...params, reason: params.reason }, nameCaller(caller));
      return done ?? null;
    }),
    defineCommand('process.release', 'admin', z.strictObject({ reason }), (params, caller) =>
      processes().release(nameCaller(caller), params.reason),
    ),
    defineCommand('host.isolate', 'admin', isolation, (params, caller) =>
      stage().isolate({ ...params, by: nameCaller(caller), byPerson: true, incident: undefined }),
    ),
    defineCommand('host.release', 'admin', z.strictObject({ reason }), (params, caller) =>
      stage().release(nameCaller(caller), params.reason),
    ),
    defineCommand('host.status', 'read', nothing, () => stage().status()),
  ];
}

function present<T>(part: T | undefined): T {
  if (part !== undefined) return part;
  throw new AgentError(
    'PC_CONTROL_REFUSED',
    'this agent has no state file, or no live source of Windows: it acts on nothing',
  );
}
