import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { serviceFlags } from '../../../src/agent/installation/index.ts';
import { defaultFfi } from '../../../src/windows/index.ts';
import { type CliResult, runCli } from '../../support/cli.ts';
import { buildFolder, openTestLibrary } from './open-test-library.ts';
import { patienceMs, until } from './until.ts';

/** agent-program.ts bundled as the product is, by the harness before the tests run. */
const program = join(import.meta.dirname, '../../../build/agent-program/lib/problemchild/problemchild.mjs');

type Document = Readonly<Record<string, unknown>> & {
  readonly event: Readonly<Record<string, unknown>>;
  readonly process?: { readonly pid?: number };
  readonly problemchild?: Readonly<Record<string, unknown>>;
};

/** A folder for one agent: its configuration, state file, record and pipe, and how it is started. */
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
    const control = { pipe: basename(this.path) };
    const all = { source: { input: 'etw' }, state: { file: this.stateFile }, log, control, ...settings };
    // JSON is YAML.
    writeFileSync(this.config, JSON.stringify(all));
  }

  /** Command line of Node and the agent, its words in order. */
  command(...args: readonly string[]): string[] {
    const flags = ['--disable-warning=ExperimentalWarning', ...serviceFlags];
    return [process.execPath, ...flags, program, buildFolder, this.#script, this.stopFile, ...args];
  }

  /** The agent in the foreground; it does not outlive the tests. What it says goes to files, since Wine has no pipes to it. */
  start(...args: readonly string[]): ChildProcess {
    const [node, ...rest] = this.command('run', '--config', this.config, ...args);
    // What ended the agent before this one must not end this one while it starts.
    rmSync(this.stopFile, { force: true });
    const out = openSync(join(this.path, 'stdout.txt'), 'w');
    const err = openSync(join(this.path, 'stderr.txt'), 'w');
    const agent = spawn(node!, rest, { stdio: ['ignore', out, err] });
    process.once('exit', () => agent.kill());
    return agent;
  }

  /** Runs the agent for as long as `use` is at work. Where that fails, the error has what the agent said. */
  async whileRunning(use: (agent: ChildProcess) => Promise<void>): Promise<void> {
    const agent = this.start();
    const ended = once(agent, 'exit');
    try {
      await until('the agent runs', () => this.said('stderr').includes('Control channel open'));
      await use(agent);
    } catch (error) {
      const said = `${this.said('stderr')}\n${JSON.stringify(this.record())}`;
      throw new Error(`${String(error)}\n${said}`, { cause: error });
    } finally {
      this.stop();
      await Promise.race([ended, setTimeout(patienceMs, undefined, { ref: false })]);
      agent.kill();
    }
  }

  /** A command with the agent's configuration, as people give it beside the agent. */
  ask(...args: readonly string[]): Promise<CliResult> {
    // As for the agent itself: Wine cannot say whether a process is critical.
    process.env['PC_DOUBLE_CRITICAL_PID'] = '0';
    const openLibrary = () => openTestLibrary(defaultFfi());
    return runCli([...args, '--config', this.config], { openLibrary });
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

  /** What the agent wrote to the event log: source, type, event id and text of each event. */
  eventLog(): string[][] {
    const file = join(this.path, 'event-log.tsv');
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .slice(0, -1)
          .map((line) => line.split('\t'))
      : [];
  }

  stop(): void {
    writeFileSync(this.stopFile, '');
  }
}
