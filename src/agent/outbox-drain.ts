import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import type { Log } from '../log/index.ts';
import { OutboxDesk, type Store } from '../store/index.ts';
import { escapeForTerminal } from '../text/index.ts';
import { findAgent } from './find-agent.ts';
import { type ForwardingOptions, listDestinations, openForwarding } from './forwarding.ts';
import { openStateFile } from './state-file.ts';

/**
 * Empties the outbox without an agent; false when something was left after `timeoutMs`.
 *
 * @throws AgentError PC_USAGE where an agent runs, which does it itself, and where the configuration lacks a destination
 * of the state file; PC_CONTROL_DENIED, PC_STORE_…, PC_FORWARD_…
 */
export async function drainOutbox(options: ForwardingOptions, log: Log, timeoutMs: number): Promise<boolean> {
  const { config } = options;
  const store = openStateFile(config.state.file);
  try {
    await refuseBesideAgent(config, log);
    refuseUnknownDestinations(config, store);
    const { forwarder } = await openForwarding(options, store, log);
    forwarder.start();
    try {
      return await forwarder.drain(timeoutMs);
    } finally {
      await forwarder.stop();
    }
  } finally {
    store.close();
  }
}

async function refuseBesideAgent(config: Config, log: Log): Promise<void> {
  const client = await findAgent(config, {
    onForeign: (error) => log.warn('Whether an agent runs cannot be known', { error }),
  });
  if (client === undefined) return;
  client.close();
  throw new AgentError(
    'PC_USAGE',
    'an agent runs with this state file and sends what waits; `forward retry` has it try again now',
  );
}

/**
 * Without its settings nothing can be sent to a destination. What waits for it must not be lost, nor what an agent puts in
 * that runs unseen.
 */
function refuseUnknownDestinations(config: Config, store: Store): void {
  const known = listDestinations(config);
  const unknown = new OutboxDesk(store)
    .destinations()
    .filter(({ name }) => !known.has(name))
    .map(({ name, waiting }) => `${escapeForTerminal(name, 64)} (${waiting} documents wait)`);
  if (unknown.length === 0) return;
  throw new AgentError(
    'PC_USAGE',
    `the configuration lacks destinations of this state file: ${unknown.join(', ')}; name the agent's configuration with --config, or start the agent once, which gives up what waits for destinations that were removed`,
  );
}
