import { existsSync, readFileSync } from 'node:fs';

/** What became of one test inside Windows. */
export interface TestEvent {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly details: string;
}

/** The lines that event-reporter.ts wrote; a last line cut by a crash is left out. */
export function readTestEvents(path: string): TestEvent[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TestEvent);
}
