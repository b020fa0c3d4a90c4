/** How Node is started for any command: V8's young generation stays small; at its own size it takes up to 100 MB. */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=4'];

/**
 * How Node is started for the service. V8 compiles and collects beside the program on four threads. They have the
 * program's priority, and where processors are few an action on a process waits for them; one thread leaves the others free.
 */
export const serviceFlags: readonly string[] = [...nodeFlags, '--v8-pool-size=1'];
