import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LiveRun, openLiveRun } from '../../src/agent/index.ts';
import { loadConfig } from '../../src/config/index.ts';
import { createMemoryLog } from '../support/memory-log.ts';

const sample = fileURLToPath(new URL('../../samples/server-winlogbeat.ndjson', import.meta.url));
const lines = readFileSync(sample, 'utf8').trim().split('\n');
const firstPart = 12;
const rule = 'Process start with a high malicious probability';
const withoutRule = 'id: 3f6c0e0a-6c0f-4b52-9d0c-6d1d3b7a5f01\nenabled: false\n';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reload-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Shown {
  readonly id: string;
  readonly rule: string;
  readonly isLate: boolean;
}

/** Runs over the first part of the sample, does `between`, and runs over the rest. */
async function runWith(
  settings: object,
  between: (live: LiveRun, write: (more: object) => void) => Promise<void>,
) {
  const input = join(folder, 'input.ndjson');
  const file = join(folder, 'problemchild.yaml');
  const write = (more: object): void =>
    writeFileSync(file, JSON.stringify({ source: { input }, ...settings, ...more }), { mode: 0o600 });
  write({});
  writeFileSync(input, `${lines.slice(0, firstPart).join('\n')}\n`);
  const load = () => loadConfig({ file, env: {} });
  const stop = new AbortController();
  const shown: Shown[] = [];
  const log = createMemoryLog();
  const halfway = Promise.withResolvers<void>();
  let taken = 0;
  const live = await openLiveRun({
    config: load().config,
    reload: { file, load },
    stdin: Readable.from([]),
    clock: { nowMs: Date.now },
    env: {},
    log: { ...log, setLevel: () => undefined, hide: () => undefined },
    signal: stop.signal,
    async onOutcome(outcome) {
      const isLate = taken >= firstPart;
      shown.push(...outcome.alerts.map(({ id, rule: { name } }) => ({ id, rule: name, isLate })));
      taken += 'scored' in outcome ? (outcome.scored as unknown[]).length : 0;
      if (taken === firstPart) halfway.resolve();
      if (taken === lines.length) stop.abort();
    },
  });
  const running = live.run();
  await halfway.promise;
  await between(live, write);
  appendFileSync(input, `${lines.slice(firstPart).join('\n')}\n`);
  return { tally: await running, shown, log };
}

const state = () => ({ state: { file: join(folder, 'state.db') } });
const say = ({ lines: said }: ReturnType<typeof createMemoryLog>, what: string) =>
  said.filter(({ message, fields }) => message === what && fields['what'] === 'configuration');

describe('a configuration changed under a live agent', () => {
  it('takes other rules and destinations, and forgets nothing that was learnt or counted', async () => {
    const usual = await runWith(state(), () => Promise.resolve());
    expect(usual.shown.some(({ rule: name, isLate }) => name === rule && isLate)).toBe(true);
    rmSync(join(folder, 'state.db'));

    const second = join(folder, 'second.ndjson');
    let stages: readonly string[] = [];
    const changed = await runWith(state(), async (live, write) => {
      const rulesFolder = join(folder, 'rules');
      mkdirSync(rulesFolder);
      writeFileSync(join(rulesFolder, 'off.yml'), withoutRule);
      write({
        detection: { rulesFolder },
        forward: { destinations: { second: { type: 'file', path: second } } },
      });
      await live.reload();
      stages = live.stages().map(({ state: how }) => how);
    });
    expect(say(changed.log, 'Reloaded')).toHaveLength(1);
    expect(changed.shown).toEqual(usual.shown.filter(({ rule: name, isLate }) => !(isLate && name === rule)));
    expect(changed.tally.records).toBe(lines.length);
    expect(changed.tally.alerts.shown).toBe(changed.shown.length);
    expect(readFileSync(second, 'utf8')).toContain('problemchild.alert');
    expect(stages).toEqual(['fine', 'fine', 'fine', 'fine']);
  });

  it.each([
    ['a key that is none', { detektion: {} }],
    ['a model that is none', { model: { bundle: tmpdir() } }],
    [
      'a destination without its secret',
      {
        forward: {
          destinations: {
            siem: { type: 'elasticsearch', hosts: ['http://127.0.0.1:9'], apiKey: { env: 'PC_NOT_SET' } },
          },
        },
      },
    ],
  ])('stays as it was with %s', async (_, more) => {
    const usual = await runWith(state(), () => Promise.resolve());
    rmSync(join(folder, 'state.db'));
    const refused = await runWith(state(), (live, write) => {
      write(more);
      return live.reload();
    });
    expect(say(refused.log, 'Refused; the last good version stays in force')).toHaveLength(1);
    expect(refused.shown).toEqual(usual.shown);
  });

  it('takes nothing of a version of which a part is refused, and all of it when it is put right', async () => {
    const token = join(folder, 'token');
    const second = join(folder, 'second.ndjson');
    const siem = { type: 'splunk', url: 'https://127.0.0.1:9', token: { file: token } };
    const bundle = join(folder, 'bundle');
    const { log } = await runWith(state(), async (running, write) => {
      const file = { type: 'file', path: second };
      write({ model: { bundle }, forward: { destinations: { file } } });
      await running.reload();
      write({ log: { level: 'debug' }, forward: { destinations: { file, siem } } });
      await running.reload();
      expect(existsSync(second)).toBe(false);
      writeFileSync(token, 'abcdefgh123456', { mode: 0o600 });
      await running.reload();
    });
    const refused = say(log, 'Refused; the last good version stays in force');
    expect(refused.map(({ fields }) => String(fields['why']))).toEqual([
      expect.stringContaining(bundle),
      expect.stringContaining(token),
    ]);
    expect(say(log, 'Reloaded')).toHaveLength(1);
    expect(readFileSync(second, 'utf8')).toContain('problemchild.alert');
  });

  it.each([
    ['indicators', 'iocFolder', 'list.txt', 'evil.example\n', 'feed.txt'],
    ['exceptions', 'exceptionsFolder', 'a.yml', 'exceptions: []\n', 'b.yml'],
  ])('goes on where %s cannot be read, and says which', async (what, key, good, text, bad) => {
    const watched = join(folder, what);
    mkdirSync(watched);
    writeFileSync(join(watched, good), text);
    const settings = { ...state(), alert: { [key]: watched } };
    const { log, tally } = await runWith(settings, async (live) => {
      mkdirSync(join(watched, bad));
      await live.reload();
      writeFileSync(join(watched, good), `${text}# more\n`);
      await live.reload();
    });
    const why = expect.stringContaining(join(watched, bad));
    const refused = { level: 'error', fields: { what, why } };
    expect(log.lines.filter(({ fields }) => fields['what'] === what)).toEqual([
      expect.objectContaining(refused),
      expect.objectContaining(refused),
    ]);
    expect(tally.records).toBe(lines.length);
  });
});
