import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ProcessControl } from '../../../src/windows/index.ts';
import type { DoubleScript } from './double-script.ts';
import { buildFolder } from './open-test-library.ts';

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

  /** Whether it still does something. */
  async beats(): Promise<boolean> {
    const before = this.#heartbeats();
    await setTimeout(500);
    return this.#heartbeats() > before;
  }

  kill(): void {
    this.child.kill();
  }

  #heartbeats(): number {
    return statSync(this.#heart, { throwIfNoEntry: false })?.size ?? 0;
  }
}
