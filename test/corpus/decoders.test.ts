import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HostEvent, ProcessEvent } from '../../src/event/index.ts';
import { openFileSource, type Rejection } from '../../src/source/index.ts';
import { sharedData } from '../support/shared-data.ts';

const recordings = sharedData('data/process-events');
const regression = sharedData('data/sigma/regression');

async function readAll(paths: readonly string[]): Promise<{ events: HostEvent[]; rejections: Rejection[] }> {
  const events: HostEvent[] = [];
  const rejections: Rejection[] = [];
  for await (const batch of openFileSource(paths).batches({ batchSize: 1000 })) {
    events.push(...batch.events);
    rejections.push(...batch.rejections);
  }
  return { events, rejections };
}

describe.skipIf(recordings === undefined)('recorded process starts (../shared/data/process-events)', () => {
  const files =
    recordings === undefined
      ? []
      : readdirSync(recordings).filter((name) => name.endsWith('.gz') && !name.startsWith('labels'));

  it.each(files)('%s: every line is a start, with the values of the line', async (name) => {
    const path = join(recordings!, name);
    const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
    const { events, rejections } = await readAll([path]);
    expect(rejections).toEqual([]);
    expect(events).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) {
      const document = JSON.parse(line);
      const event = events[index] as ProcessEvent;
      const { process } = event;
      const facts = [event.kind, event.id, event.timestamp, process.pid, process.name, process.executable];
      const { pid, name: processName, executable } = document.process;
      expect(facts).toEqual([
        'start',
        document.event.id,
        document['@timestamp'],
        pid,
        processName,
        executable,
      ]);
      expect(process.commandLine).toBe(document.process.command_line);
      expect(process.parent.executable).toBe(document.process.parent?.executable);
    }
  });
});

describe.skipIf(regression === undefined)('records in two shapes (../shared/data/sigma/regression)', () => {
  const twins =
    regression === undefined
      ? []
      : readdirSync(regression, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.json'))
          .map(
            (name) => [basename(name, '.json'), join(regression, name.slice(0, -'.json'.length))] as const,
          );

  it.each(twins)('%s: the EVTX and its JSON give equal events', async (_, stem) => {
    const fromLog = await readAll([`${stem}.evtx`]);
    const fromJson = await readAll([`${stem}.json`]);
    const compare = editedByHand.has(basename(stem)) ? inLowerCase : withoutPlace;
    expect([fromLog.rejections, fromJson.rejections]).toEqual([[], []]);
    expect(fromJson.events.length).toBeGreaterThan(0);
    expect(fromJson.events.map(compare)).toEqual(fromLog.events.map(compare));
  });
});

/** Its JSON spells the parent's Explorer.EXE in another case than the log it was made of. */
const editedByHand: ReadonlySet<string> = new Set(['ad691d92-15f2-4181-9aa4-723c74f9ddc3']);

function inLowerCase(event: HostEvent): unknown {
  return JSON.parse(JSON.stringify(withoutPlace(event)).toLowerCase());
}

/**
 * What the two shapes can agree in: not where the record stands; times to the microsecond, to which
 * evtx_dump cuts them; texts but for the blanks around them, which it drops.
 */
function withoutPlace(event: HostEvent): unknown {
  const text = JSON.stringify({ ...event, position: undefined }, (key, value: unknown) => {
    if (key === 'timeMs' || key === 'startMs') return typeof value === 'number' ? Math.floor(value) : value;
    if (key === 'timestamp') return typeof value === 'string' ? value.slice(0, 23) : value;
    return typeof value === 'string' ? value.trim() : value;
  });
  return JSON.parse(text);
}
