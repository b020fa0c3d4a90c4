import type { TestEvent as NodeTestEvent } from 'node:test/reporters';
import type { TestEvent } from './test-events.ts';

/** A reporter of node:test that writes one JSON line per finished test; suites are not tests. */
// biome-ignore lint/style/noDefaultExport: node:test takes a reporter by its default export.
export default async function* report(events: AsyncIterable<NodeTestEvent>): AsyncGenerator<string> {
  const path: string[] = [];
  for await (const { type, data } of events) {
    if (type === 'test:start') path[data.nesting] = data.name;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite') continue;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const line: TestEvent = {
      name: path.slice(0, data.nesting + 1).join(' > '),
      outcome: skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed',
      details: type === 'test:fail' ? describe(data.details.error) : reasonOf(data.skip),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}

function reasonOf(skip: string | boolean | undefined): string {
  return typeof skip === 'string' ? skip : '';
}

function describe(error: Error): string {
  const cause = error.cause;
  return cause instanceof Error ? (cause.stack ?? cause.message) : (error.stack ?? error.message);
}
