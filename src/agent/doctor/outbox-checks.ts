import { dirname } from 'node:path';
import { inspectStateFile, type OutboxDesk } from '../../store/index.ts';
import { listDestinations, withOutboxDesk } from '../forwarding.ts';
import { type Check, type Finding, fail, ok, skip, warn } from './check.ts';
import { configOf, type DoctorContext, stateFileOf } from './doctor-context.ts';
import { isWritable, nearestFolder, statIfThere } from './folder-loader.ts';
import { formatBytes } from './host-checks.ts';

/** Share of forward.maxQueueBytes and forward.maxQueueAgeMs from which on a queue is worth a look. */
const fullShare = 0.5;
const longWaitMs = 3_600_000;

export const outboxChecks: readonly Check[] = [
  {
    id: 'outbox-backlog',
    title: 'The outbox is not filling up',
    needs: ['state'],
    remedy: 'See `problemchild forward status` for who is behind, and `forward test` for why.',
    look: (context) =>
      withDesk(context, (desk) => {
        const { entries, bytes } = desk.totals();
        const { maxQueueBytes } = configOf(context).forward;
        const said = `${entries} documents wait, ${formatBytes(bytes)} of ${formatBytes(maxQueueBytes)}`;
        if (bytes >= maxQueueBytes) return fail(`${said}; the oldest are being dropped`);
        return bytes > maxQueueBytes * fullShare ? warn(said) : ok(said);
      }),
  },
  {
    id: 'outbox-age',
    title: 'Nothing has waited long in the outbox',
    needs: ['state'],
    remedy: 'See `problemchild forward status` for who is behind, and `forward test` for why.',
    look(context) {
      const waitMs = inspectStateFile(stateFileOf(context))?.oldestWaitMs;
      if (waitMs === undefined) return ok('nothing waits');
      const said = `the oldest has waited ${Math.round(waitMs / 60_000)} min of the agent's running time`;
      if (waitMs > configOf(context).forward.maxQueueAgeMs * fullShare) return fail(said);
      return waitMs > longWaitMs ? warn(said) : ok(said);
    },
  },
  {
    id: 'outbox-dropped',
    title: 'Nothing was dropped unsent',
    needs: ['state'],
    remedy:
      'Raise forward.maxQueueBytes or forward.maxQueueAgeMs, mend the receiver, or free space on the disk; the local record has what was taken in.',
    look: (context) =>
      withDesk(context, (desk) => {
        const apart = { name: 'disk full or destination removed', dropped: desk.totals().dropped };
        const dropped = [...desk.destinations(), apart].filter((each) => each.dropped > 0);
        const said = dropped.map((each) => `${each.name} ${each.dropped}`).join(', ');
        return dropped.length === 0 ? ok('none') : warn(`dropped: ${said}`);
      }),
  },
  {
    id: 'dead-letters',
    title: 'No receiver has refused a document for good',
    needs: ['state'],
    remedy: 'Read the reasons with `problemchild forward dead-letter list`, then retry or discard them.',
    look: (context) =>
      withDesk(context, (desk) => {
        const { deadLetters } = desk.totals();
        if (deadLetters === 0) return ok('none');
        const [first] = desk.deadLetters(undefined, 1);
        return warn(`${deadLetters}, the first: ${first?.destination}: ${first?.reason}`);
      }),
  },
  {
    id: 'record-file',
    title: 'The local record of alerts can be written',
    needs: ['configuration'],
    remedy: 'Check forward.recordFile, its folder and their permissions.',
    look(context) {
      const record = listDestinations(configOf(context)).get('record');
      if (record?.type !== 'file') return skip('forward.record is off, or there is no state file');
      const place =
        statIfThere(record.path) === undefined ? nearestFolder(dirname(record.path)) : record.path;
      return isWritable(place) ? ok(record.path) : fail(`${place} cannot be written`);
    },
  },
];

/** Only a file of this very version: opening another one would change it. */
function withDesk(context: DoctorContext, look: (desk: OutboxDesk) => Finding): Finding {
  const facts = inspectStateFile(stateFileOf(context));
  if (facts === undefined) return skip('there is no state file yet');
  if (facts.version !== facts.knownVersion) return skip('the state file is of another version');
  return withOutboxDesk(configOf(context), look);
}
