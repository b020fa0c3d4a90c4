import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveForwarding } from '../../src/agent/live-forwarding.ts';
import { type Config, loadConfig } from '../../src/config/index.ts';
import { Store } from '../../src/store/index.ts';
import { createMemoryLog } from '../support/memory-log.ts';
import { makeEntry } from '../support/outbox-entry.ts';

let folder = '';
let store: Store;
let live: LiveForwarding;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-forwarding-'));
  store = Store.open(join(folder, 'state.db'));
});
afterEach(async () => {
  await live.current.forwarder.stop();
  store.close();
  rmSync(folder, { recursive: true });
});

/** A SIEM that asks for a token from a file, and the local record. */
function configure(forward: object): Config {
  const file = join(folder, 'problemchild.yaml');
  const text = JSON.stringify({
    forward: { batchAgeMs: 10, ...forward },
    state: { file: join(folder, 'state.db') },
  });
  writeFileSync(file, text, { mode: 0o600 });
  return loadConfig({ file, env: {} }).config;
}

const siem = (tokenFile: string) => ({
  destinations: { siem: { type: 'splunk', url: 'https://127.0.0.1:9', token: { file: tokenFile } } },
});

async function open(config: Config): Promise<void> {
  live = await LiveForwarding.open(config, { env: {} }, store, createMemoryLog());
  live.current.forwarder.start();
}

const states = () => live.current.forwarder.status.map(({ name, state }) => `${name} ${state}`);
const send = (eventId: string): void => {
  live.current.outbox.add([makeEntry(1, { eventId })]);
  live.current.forwarder.wake();
};

describe('destinations exchanged under a live agent', () => {
  it('stay as they are where the next ones do not open, though they would not open any more either', async () => {
    const token = join(folder, 'token');
    writeFileSync(token, 'abcdefgh123456', { mode: 0o600 });
    await open(configure(siem(token)));
    renameSync(token, join(folder, 'token-new'));
    const misspelt = join(folder, 'tokn-new');
    await expect(live.prepare(configure(siem(misspelt)))).rejects.toThrow(misspelt);
    expect(states().filter((each) => each.includes('stopped'))).toEqual([]);
    send('a');
    await vi.waitFor(() => expect(readFileSync(join(folder, 'alerts.ndjson'), 'utf8')).toContain('"a"'));
  });

  it('send what waits once, wherever the ones before had got to', async () => {
    const [before, after] = ['before', 'after'].map((name) => join(folder, name));
    const to = (path: string | undefined) =>
      configure({ record: false, destinations: { file: { type: 'file', path } } });
    await open(to(before));
    const next = await live.prepare(to(after));
    send('a');
    await vi.waitFor(() => expect(readFileSync(before!, 'utf8')).toContain('"a"'));
    await next.take();
    send('b');
    await vi.waitFor(() => expect(readFileSync(after!, 'utf8')).toContain('"b"'));
    expect(readFileSync(after!, 'utf8')).not.toContain('"a"');
    expect(readFileSync(before!, 'utf8')).not.toContain('"b"');
  });
});
