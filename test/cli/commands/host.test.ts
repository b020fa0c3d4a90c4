import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli.ts';

describe.skipIf(process.platform === 'win32')('host, where there is no Windows', () => {
  it.each([
    ['isolate', '--for', '4h', '--reason', 'test', '--yes'],
    ['release', '--yes'],
    ['status'],
    ['status', '--json'],
  ])('%s says so', async (...words) => {
    const { exitCode, stdout, stderr } = await runCli(['host', ...words]);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^PC_NATIVE_PLATFORM: hosts are isolated on Windows only; this is /);
  });
});

describe('host isolate', () => {
  it.each([
    [['--reason', 'x'], '--for'],
    [['--for', '4h'], '--reason'],
    [['--for', '4 hours', '--reason', 'x'], '4 hours'],
    [['--for', '4h', '--reason', ' '], 'reason'],
    [['--for', '4h', '--reason', 'x'.repeat(501)], 'reason'],
  ])('refuses %j', async (words, named) => {
    const { exitCode, stderr } = await runCli(['host', 'isolate', ...words]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(named);
  });
});
