import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Store } from '../../src/store/index.ts';
import { runCli } from '../support/cli.ts';

const samples = join(import.meta.dirname, '../../samples');
const own = 'exceptions.yml';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'exceptions-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const exceptions = (...args: string[]) => runCli(['exceptions', ...args, '--exceptions', folder]);
const add = (id: string, ...when: string[]) =>
  exceptions(
    'add',
    '--id',
    id,
    '--reason',
    'looked at',
    '--author',
    'me',
    ...when.flatMap((text) => ['--when', text]),
  );

describe('problemchild exceptions', () => {
  it('adds, lists and removes entries, and leaves comments alone', async () => {
    writeFileSync(join(folder, own), '# ours\nexceptions: []\n');
    await add('one', 'process.name is a.exe or b.exe', 'user.name is anna');
    await add('two', 'process.command_line regex ^x or y$');
    const text = readFileSync(join(folder, own), 'utf8');
    expect(text).toContain('# ours');
    expect(readdirSync(folder)).toEqual([own]);
    const { stdout } = await exceptions('list');
    expect(stdout).toContain(
      'one  (all rules)\n  looked at (me)\n  process.name is a.exe or b.exe\n  user.name is anna\n',
    );
    expect(stdout).toContain('process.command_line regex ^x or y$');
    await exceptions('remove', 'one');
    expect((await exceptions('list')).stdout).not.toContain('one  (');
    await exceptions('remove', 'two');
    expect((await exceptions('list')).stdout).toBe('');
  });

  it.each([
    ['a condition on no field', ['--when', 'process.nmae is a.exe'], 'process.nmae'],
    ['no condition', [], 'conditions'],
    ['an expression that is none', ['--when', 'process.name regex ('], 'RE2'],
  ])('refuses %s and writes nothing', async (_, when, what) => {
    const { exitCode, stderr } = await exceptions(
      'add',
      '--id',
      'x',
      '--reason',
      'r',
      '--author',
      'a',
      ...when,
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain(what);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses an id twice, and to remove what is not there', async () => {
    await add('one', 'process.name is a.exe');
    expect((await add('one', 'process.name is b.exe')).stderr).toContain('the id one is taken');
    expect((await exceptions('remove', 'none')).exitCode).toBe(2);
  });

  it('suggests an entry that silences its alert and, taken up, does so', async () => {
    const state = join(folder, 'state.db');
    const before = await runCli(['replay', samples, '--output', 'ndjson', '--state', state]);
    const [first] = before.stdout.split('\n');
    const { id } = (JSON.parse(first!) as { event: { id: string } }).event;
    const fromInput = await runCli(['exceptions', 'suggest', '-', '--author', 'me'], { stdin: first! });
    const fromState = await runCli(['exceptions', 'suggest', id, '--author', 'me', '--state', state]);
    expect(fromInput.stdout).toBe(fromState.stdout);
    const added = await runCli(['exceptions', 'add', '-', '--exceptions', join(folder, 'own')], {
      stdin: fromInput.stdout,
    });
    expect(added.exitCode).toBe(0);
    const after = await runCli([
      'replay',
      samples,
      '--output',
      'ndjson',
      '--exceptions',
      join(folder, 'own'),
    ]);
    expect(after.stdout).not.toContain(`"id":"${id}","kind":"alert"`);
    expect(after.stderr).toMatch(/silenced alerts [1-9]\d* \(suggested-[0-9a-f]{12} [1-9]/);
    const tested = await runCli(['exceptions', 'test', samples, '--exceptions', join(folder, 'own')]);
    expect(tested.stdout).toMatch(
      new RegExp(`^suggested-${id.slice(0, 12)}: [1-9]\\d* alerts? silenced\n {4}\\S`),
    );
  });

  it('says when an alert is not there', async () => {
    const state = join(folder, 'empty.db');
    Store.open(state).close();
    const { exitCode, stderr } = await runCli(['exceptions', 'suggest', 'nope', '--state', state]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('no alert nope')]);
  });
});
