import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import type { OpenLibrary } from '../../src/agent/index.ts';
import { run } from '../../src/cli/program.ts';

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSurroundings {
  /** Content, or a stream that the test itself feeds. */
  readonly stdin?: string | Uint8Array | Readable;
  readonly env?: Readonly<Record<string, string>>;
  /** Characters of a line where standard output is a terminal. */
  readonly columns?: number;
  /** In place of the product's native library. */
  readonly openLibrary?: OpenLibrary;
}

/** Runs one command line in this process, as main.ts does, and collects what it printed. */
export async function runCli(
  args: readonly string[],
  surroundings: CliSurroundings = {},
): Promise<CliResult> {
  const stdout = new Collector();
  const stderr = new Collector();
  const { stdin, env = {}, columns, openLibrary } = surroundings;
  if (columns !== undefined) Object.assign(stdout, { columns, isTTY: true });
  const input =
    stdin instanceof Readable
      ? stdin
      : stdin === undefined
        ? new PassThrough().end()
        : Readable.from([Buffer.from(stdin)]);
  const library = openLibrary === undefined ? {} : { openLibrary };
  const exitCode = await run(args, { stdin: input, stdout, stderr, env, ...library });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

/** The same with a configuration that only its owner may read, as those that hold secrets must be. */
export function runConfigured(
  folder: string,
  yaml: string,
  args: readonly string[],
  surroundings: CliSurroundings = {},
): Promise<CliResult> {
  const file = join(folder, 'agent.yaml');
  writeFileSync(file, yaml, { mode: 0o600 });
  return runCli([...args, '--config', file], surroundings);
}

/** The JSON documents that a command printed, one a line. */
export function parseLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

class Collector extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
