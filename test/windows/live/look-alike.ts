import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProcessControl } from '../../../src/windows/index.ts';
import type { DoubleScript } from './double-script.ts';
import { buildFolder } from './open-test-library.ts';
import { until } from './until.ts';

const beatBytes = 8;

/**
 * A real process that bears a system program's name and a line as intruders write it. It only beats its heart, and
 * does not outlive the tests.
 */
export class LookAlike {
  readonly child: ChildProcess;
  readonly #path: string;
  readonly #line: string;
  readonly #heart: string;

  constructor(name: string, args: readonly string[]) {
    const folder = mkdtempSync(join(tmpdir(), 'look-alike-'));
    this.#path = join(folder, name);
    this.#heart = join(folder, 'heart');
    copyFileSync(join(buildFolder, 'look_alike.exe'), this.#path);
    const env = { ...process.env, LOOK_ALIKE_HEART: this.#heart };
    this.child = spawn(this.#path, [...args], { stdio: 'ignore', env });
    process.once('exit', () => this.kill());
    this.#line = [name, ...args].join(' ');
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** What the kernel tells of its start: true in pid and creation time, but for `laterTicks` of 100 ns. */
  async sayStart(etw: DoubleScript, control: ProcessControl, laterTicks = 0n): Promise<void> {
    const { code, cause, facts } = await control.queryPid(this.pid);
    if (code !== 'PC_OK') throw new Error(`${code}: ${cause}`);
    const ntPath = `\\Device\\HarddiskVolume3${this.#path.slice(2)}`;
    etw.say('start', this.pid, process.pid, (facts.created + laterTicks).toString(), ntPath, this.#line);
  }

  /** Waits until it has done something more. */
  async untilItBeats(times = 1): Promise<void> {
    const before = this.#heartbeats().length;
    await until(`${this.#line} beats`, () => this.#heartbeats().length >= before + times);
  }

  /** Whether it does nothing while another of its kind does: a machine that stands still stops both. */
  async standsStill(): Promise<boolean> {
    const witness = new LookAlike('witness.exe', []);
    try {
      // The beat that was under way when it was stopped, if any, comes to its end.
      await witness.untilItBeats(3);
      const before = this.#heartbeats().length;
      await witness.untilItBeats(20);
      return this.#heartbeats().length === before;
    } finally {
      witness.kill();
    }
  }

  /** The longest time that it did nothing, so far. */
  longestPauseMs(): number {
    const beats = this.#heartbeats();
    return Math.max(0, ...beats.slice(1).map((beatMs, index) => beatMs - beats[index]!));
  }

  /** Calls its file otherwise while it runs. */
  rename(name: string): void {
    renameSync(this.#path, join(dirname(this.#path), name));
  }

  kill(): void {
    this.child.kill();
  }

  /** The times of its beats, in milliseconds. */
  #heartbeats(): number[] {
    const bytes = existsSync(this.#heart) ? readFileSync(this.#heart) : Buffer.alloc(0);
    const count = Math.floor(bytes.length / beatBytes);
    return Array.from({ length: count }, (_, index) => Number(bytes.readBigUInt64LE(index * beatBytes)));
  }
}
