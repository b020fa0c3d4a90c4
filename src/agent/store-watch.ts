import type { Clock } from '../event/index.ts';
import { createDiskNotice, createQuarantineNotice, type OutboxEntry } from '../forward/index.ts';
import type { Log } from '../log/index.ts';
import type { Store, StoreNotice } from '../store/index.ts';
import { agentFacts } from './forwarding.ts';

export interface StoreWatchParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly put: (entry: OutboxEntry) => void;
  /** A file that knows nothing took the place of the one before. */
  readonly onReplaced: () => void;
}

/** Has the agent go on where its state file cannot be written or gets damaged, and tell people of it. */
export function watchStore({ store, clock, log, put, onReplaced }: StoreWatchParts): void {
  store.endure({ onNotice: take, nowMs: () => clock.nowMs() });

  function take(notice: StoreNotice): void {
    switch (notice.kind) {
      case 'unwritable': {
        const { error } = notice;
        log.error('The state file cannot be written: state and alerts wait in memory', { error });
        put(
          createDiskNotice(error instanceof Error ? error.message : 'unknown', clock.nowMs(), agentFacts()),
        );
        break;
      }
      case 'writable':
        if (notice.givenUp === 0) {
          log.warn('The state file can be written again, and holds everything that waited');
        } else {
          const { givenUp } = notice;
          // What was learnt is whole in memory; alerts and incidents that left the journal are only where they were sent.
          log.error(
            'The state file can be written again, without what was given up; what was learnt is stored anew when the disk has room for it',
            { writes: givenUp },
          );
        }
        break;
      case 'given up':
        log.error('State was given up because too much waited in memory', { writes: notice.writes });
        break;
      case 'damaged':
        log.error('The state file was damaged; a new one was begun', {
          path: notice.path,
          reason: notice.reason,
        });
        onReplaced();
        put(createQuarantineNotice(notice, clock.nowMs(), agentFacts()));
        break;
    }
  }
}
