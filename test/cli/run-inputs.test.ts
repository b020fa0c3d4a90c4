import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { run } from '../../src/cli/program.ts';

const start = JSON.stringify({
  '@timestamp': '2026-11-18T09:41:07.120Z',
  event: { category: ['process'], type: ['start'] },
  host: { name: 'WS-0142' },
  process: { pid: 8412, executable: 'C:\\Windows\\System32\\whoami.exe', command_line: 'whoami /all' },
});

test.each(['score', 'features'])(
  'what %s makes of a start is printed while its pipe says no more',
  async (command) => {
    const stdin = new PassThrough();
    const stdout = new PassThrough({ encoding: 'utf8' });
    const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
    const ended = run([command, '-'], { stdin, stdout, stderr, env: {} });
    stdin.write(`${start}\n`);
    const [printed] = await once(stdout, 'data');
    expect(printed).toMatch(/^\{.*\}\n$/);
    stdin.end();
    stdout.resume();
    expect(await ended).toBe(0);
  },
);
