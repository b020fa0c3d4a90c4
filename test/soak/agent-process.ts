import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serviceFlags } from '../../src/agent/installation/index.ts';

const main = join(import.meta.dirname, '../../src/cli/main.ts');

export interface Ending {
  readonly code: number | null;
  readonly tookMs: number;
}

/** `problemchild run` as a child process, whose memory and processor time are read from outside. Linux. */
export class AgentProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #stderrFile: string;
  /** Where what it says begins in that file. */
  readonly #saysFrom: number;

  constructor(configFile: string, stderrFile: string) {
    const stderr = openSync(stderrFile, 'a');
    this.#stderrFile = stderrFile;
    this.#saysFrom = fstatSync(stderr).size;
    this.#child = spawn(
      process.execPath,
      [...serviceFlags, main, 'run', '--config', configFile, '--output', 'ndjson'],
      { stdio: ['ignore', 'ignore', stderr] },
    );
    closeSync(stderr);
    this.#ended = new Promise((resolve) => this.#child.once('exit', resolve));
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until it is at work, and so can be asked to stop. */
  async untilStarted(): Promise<void> {
    const says = (): string => readFileSync(this.#stderrFile).toString('utf8', this.#saysFrom);
    while (this.isRunning && !says().includes('Started')) await wait(50);
  }

  /** Resident memory in MB; `undefined` when it has just ended. */
  residentMb(): number | undefined {
    try {
      const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1];
      return kb === undefined ? undefined : Number(kb) / 1_024;
    } catch {
      return undefined;
    }
  }

  /** Processor time used so far, in seconds; ticks of Linux are hundredths. */
  cpuSeconds(): number {
    try {
      const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
      return (Number(fields[11]) + Number(fields[12])) / 100;
    } catch {
      return 0;
    }
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<Ending> {
    const startedMs = performance.now();
    this.#child.kill(signal);
    const code = await this.#ended;
    return { code, tookMs: performance.now() - startedMs };
  }
}
