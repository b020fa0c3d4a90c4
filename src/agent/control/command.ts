import type * as z from 'zod';
import { AgentError } from '../../errors/index.ts';
import type { Access, Caller } from './transport.ts';

/** Something that the agent can be asked or told. None runs a program of the caller's choice. */
export interface ControlCommand {
  readonly name: string;
  /** `read` changes nothing and is open to the reading group; `admin` is audited. */
  readonly access: Access;
  /** @throws AgentError PC_CONTROL_PROTOCOL for parameters that it does not take, or its own */
  run(params: unknown, caller: Caller): unknown;
}

export function defineCommand<Shape extends z.ZodType>(
  name: string,
  access: Access,
  shape: Shape,
  run: (params: z.output<Shape>, caller: Caller) => unknown,
): ControlCommand {
  return {
    name,
    access,
    run(params, caller) {
      const result = shape.safeParse(params);
      if (!result.success) {
        const issue = result.error.issues[0];
        const where = issue === undefined ? '' : [name, ...issue.path].join('.');
        throw new AgentError('PC_CONTROL_PROTOCOL', `${where}: ${issue?.message ?? 'not its parameters'}`);
      }
      return run(result.data, caller);
    },
  };
}

/** Who asked, for the journal. */
export function nameCaller({ name, pid }: Caller): string {
  return pid === undefined ? name : `${name}, pid ${pid}`;
}
