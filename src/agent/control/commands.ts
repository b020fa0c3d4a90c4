import * as z from 'zod';
import { AgentError } from '../../errors/index.ts';
import type { Hold } from '../../response/index.ts';
import type { ActivitySnapshot } from '../activity.ts';
import { formatEntity } from '../process-desk.ts';
import type { ResponseDesk } from '../response-desk.ts';
import type { SelftestProgress } from '../selftest/live-selftest.ts';
import { selftestTimeoutMs } from '../selftest/selftest-step.ts';
import type { AgentStatus } from '../status.ts';
import { type ActionContext, createActionCommands } from './action-commands.ts';
import { type ControlCommand, defineCommand, nameCaller } from './command.ts';
import { metricsOf } from './metrics.ts';
import { formatMetrics } from './metrics-text.ts';
import { nothing, reason } from './params.ts';

/** What of the running agent the commands reach. */
export interface ControlContext extends ActionContext {
  status(): AgentStatus;
  top(): ActivitySnapshot;
  /** Without a state file there is none. */
  readonly response: ResponseDesk | undefined;
  /** Follows a harmless process that the agent starts; see LiveSelftest. */
  readonly selftest: {
    begin(timeoutMs: number): Promise<SelftestProgress>;
    progress(): SelftestProgress;
  };
  /** Looks at once for what people changed; what comes of it is in the log. */
  reload(): Promise<void>;
}

/** A process that the agent holds suspended, for people. */
export interface SuspendedProcess {
  /** What `problemchild process resume` takes. */
  readonly entity: string;
  readonly pid: number;
  readonly name: string | undefined;
  readonly image: string;
  readonly kind: Hold['kind'];
  readonly since: string;
  readonly due: string | undefined;
}

const selftest = z.strictObject({
  timeoutMs: z.int().min(selftestTimeoutMs.least).max(selftestTimeoutMs.most),
});
const override = z.strictObject({
  mode: z.enum(['audit', 'suspend', 'terminate']),
  ruleId: z.uuid().optional(),
  forMs: z.int().positive(),
});

/** Everything that can be asked on the control channel. */
export function createCommands(context: ControlContext): ControlCommand[] {
  return [
    defineCommand('status', 'read', nothing, () => context.status()),
    defineCommand('top', 'read', nothing, () => context.top()),
    defineCommand('metrics', 'read', nothing, () => formatMetrics(metricsOf(context.status()))),
    defineCommand('suspended', 'read', nothing, () => deskOf(context).journal.holds().map(describeHold)),
    defineCommand('response.status', 'read', nothing, () => deskOf(context).status()),
    defineCommand(
      'response.arm',
      'admin',
      z.strictObject({ reason, override: override.optional() }),
      (params, caller) => {
        const { override: wanted } = params;
        deskOf(context).arm({
          reason: params.reason,
          by: nameCaller(caller),
          ...(wanted === undefined ? {} : { override: { ...wanted, ruleId: wanted.ruleId } }),
        });
        return deskOf(context).status();
      },
    ),
    defineCommand('response.disarm', 'admin', z.strictObject({ reason }), (params, caller) => {
      deskOf(context).disarm({ reason: params.reason, by: nameCaller(caller) });
      return deskOf(context).status();
    }),
    ...createActionCommands(context),
    defineCommand('selftest.begin', 'admin', selftest, ({ timeoutMs }) => context.selftest.begin(timeoutMs)),
    defineCommand('selftest.progress', 'read', nothing, () => context.selftest.progress()),
    defineCommand('reload', 'admin', nothing, async () => {
      await context.reload();
      return 'looked';
    }),
  ];
}

function deskOf({ response }: ControlContext): ResponseDesk {
  if (response === undefined) {
    throw new AgentError('PC_CONTROL_REFUSED', 'this agent runs without a state file and acts on nothing');
  }
  return response;
}

function describeHold({ pid, createdMs, kind, subject, sinceMs, dueMs }: Hold): SuspendedProcess {
  return {
    entity: formatEntity(pid, createdMs),
    pid,
    name: subject.name,
    image: subject.image,
    kind,
    since: new Date(sinceMs).toISOString(),
    due: dueMs === undefined ? undefined : new Date(dueMs).toISOString(),
  };
}
