import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configCommand } from '../../../src/cli/commands/config.ts';
import { configJsonSchema } from '../../../src/config/index.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pc-config-command-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(text: string): string {
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function collect() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, next) {
      chunks.push(String(chunk));
      next();
    },
  });
  return { stream, read: () => chunks.join('') };
}

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const stdout = collect();
  const io = { stdin: Readable.from([]), stdout: stdout.stream, stderr: collect().stream, env };
  await configCommand(io).parseAsync([...args], { from: 'user' });
  return stdout.read();
}

describe('config check', () => {
  it('says which file is sound, however it is named', async () => {
    const file = write('log: {level: warn}');
    expect(await run(['check', file])).toBe(`OK: ${file}\n`);
    expect(await run(['check', '--config', file])).toBe(`OK: ${file}\n`);
    expect(await run(['check'], { PC_CONFIG: file })).toBe(`OK: ${file}\n`);
    expect(await run(['check'])).toBe('OK: defaults and environment\n');
  });

  it('refuses a file with errors', async () => {
    const file = write('log: {levle: warn}');
    await expect(run(['check', file])).rejects.toMatchObject({
      code: 'PC_CONFIG_UNKNOWN_KEY',
      message: `${file}:1:7: log.levle: unknown key; did you mean level?`,
    });
  });
});

describe('config show', () => {
  it('prints what is in force and who set it', async () => {
    const file = write('log:\n  level: warn\n');
    const shown = await run(['show', file], { PC_SOURCE_BATCH_SIZE: '9' });
    expect(shown).toContain(`  level: warn # ${file}:2:10\n`);
    expect(shown).toContain('  batchSize: 9 # PC_SOURCE_BATCH_SIZE\n');
    expect(shown).toContain('  format: table # default\n');
  });
});

describe('config schema', () => {
  it('prints the JSON Schema', async () => {
    expect(JSON.parse(await run(['schema']))).toEqual(configJsonSchema());
  });
});
