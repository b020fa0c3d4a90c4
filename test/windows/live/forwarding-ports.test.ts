import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createForwardingPorts } from '../../../src/agent/forwarding-ports.ts';
import { SecretOpener } from '../../../src/forward/index.ts';
import { defaultFfi, sealForMachine } from '../../../src/windows/index.ts';
import { makeSettings, openTestRoute } from '../../support/destination.ts';
import { makeEntry } from '../../support/outbox-entry.ts';
import { openTestLibrary } from './open-test-library.ts';

const library = await openTestLibrary(defaultFfi());
const ports = createForwardingPorts(library);

test('a secret of a destination may be one that was sealed for this machine', () => {
  const opener = new SecretOpener({ env: {}, unprotect: ports.unprotect });
  assert.equal(opener.open({ dpapi: sealForMachine(library, 'the-token') }), 'the-token');
  assert.throws(() => opener.open({ dpapi: 'AQAA' }), { code: 'PC_NATIVE_CALL' });
});

test('every kind of document goes into the event log, however long', async () => {
  const { destination } = openTestRoute(makeSettings('eventlog', { source: 'ProblemChild Agent Test' }), {
    openEventLog: ports.openEventLog,
  });
  const kinds = ['alert', 'incident', 'action', 'health'] as const;
  const entries = kinds.map((kind, seq) => ({ seq, ...makeEntry(seq, { kind }) }));
  const long = makeEntry(9);
  const document = JSON.stringify({ ...JSON.parse(long.document), filler: 'x'.repeat(100_000) });
  const { verdicts, failure } = await destination.send(
    [...entries, { ...long, seq: 9, document }],
    AbortSignal.timeout(10_000),
  );
  assert.equal(failure, undefined);
  assert.deepEqual(
    verdicts,
    Array.from({ length: 5 }, () => 'delivered'),
  );
  await destination.close();
});
