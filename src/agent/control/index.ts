/** The local channel on which a running agent is asked and told; see docs/operate.md. */
export type { ControlClient } from './client.ts';
export type { ControlContext, SuspendedProcess } from './commands.ts';
export { type Control, connectToAgent, openControl } from './open-control.ts';
