import { rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Keeps the test files that are under way in build/test-results/PID.running, and removes it at the end: a file that
 * never ends is killed by the gate's time limit, and its name would be lost.
 */
export default class RunningReporter implements Reporter {
  readonly #path = join('build', 'test-results', `${process.pid}.running`);
  readonly #running = new Set<string>();

  onTestModuleStart({ moduleId }: TestModule): void {
    this.#running.add(relative('.', moduleId));
    this.#write();
  }

  onTestModuleEnd({ moduleId }: TestModule): void {
    this.#running.delete(relative('.', moduleId));
    this.#write();
  }

  onTestRunEnd(): void {
    rmSync(this.#path, { force: true });
  }

  #write(): void {
    writeFileSync(this.#path, [...this.#running].join('\n'));
  }
}
