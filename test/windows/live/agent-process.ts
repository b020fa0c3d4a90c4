import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { buildFolder } from './open-test-library.ts';

/** agent-program.ts bundled as the product is, by the harness before the tests run. */
const program = join(import.meta.dirname, '../../../build/agent-program/lib/problemchild/problemchild.mjs');
/** A machine that does other work takes long to start a second Node. */
const patienceMs = 40_000;

/** Waits until something holds. @throws when it does not in time */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const endMs = Date.now() + patienceMs; Date.now() < endMs; ) {
    if (holds()) return;
    await setTimeout(50);
  }
  throw new Error(`${what}: not within ${patienceMs / 1_000} s`);
}

type Document = Readonly<Record<string, unknown>> & {
  readonly event: Readonly<Record<string, unknown>>;
  readonly process?: { readonly pid?: number };
  readonly problemchild?: Readonly<Record<string, unknown>>;
};

/** A folder for one agent: its configuration, state file and record, and how it is started. */
export class AgentFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'agent-'));
  readonly stopFile = join(this.path, 'stop');
  readonly config = join(this.path, 'problemchild.yaml');
  readonly stateFile = join(this.path, 'state.db');
  readonly #script: string;

  /** `script`: what the double of ETW plays. */
  constructor(script: string, settings: Readonly<Record<string, unknown>> = {}) {
    this.#script = script;
    const log = { file: join(this.path, 'log.ndjson') };
    const all = { source: { input: 'etw' }, state: { file: this.stateFile }, log, ...settings };
    // JSON is YAML.
    writeFileSync(this.config, JSON.stringify(all));
  }

  /** Command line of Node and the agent, its words in order. */
  command(...args: readonly string[]): string[] {
    const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=4'];
    return [process.execPath, ...flags, program, buildFolder, this.#script, this.stopFile, ...args];
  }

  /** The agent in the foreground; what it says goes to files, since Wine has no pipes to it. */
  start(...args: readonly string[]): ChildProcess {
    const [node, ...rest] = this.command('run', '--config', this.config, ...args);
    const out = openSync(join(this.path, 'stdout.txt'), 'w');
    const err = openSync(join(this.path, 'stderr.txt'), 'w');
    return spawn(node!, rest, { stdio: ['ignore', out, err] });
  }

  /** What the agent wrote to standard output or error. */
  said(stream: 'stdout' | 'stderr'): string {
    const file = join(this.path, `${stream}.txt`);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** The documents of the local record so far. */
  record(): Document[] {
    const file = join(this.path, 'alerts.ndjson');
    if (!existsSync(file)) return [];
    const text = readFileSync(file, 'utf8');
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Document);
  }

  stop(): void {
    writeFileSync(this.stopFile, '');
  }
}
