import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProcessEvent } from '../../src/event/index.ts';
import { openFileSource } from '../../src/source/index.ts';
import { writeZip } from '../support/zip-writer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-resume-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function line(name: string): string {
  return `{"@timestamp":"2024-05-01T12:00:00Z","process":{"name":"${name}"}}`;
}

function lines(...names: string[]): string {
  return `${names.map(line).join('\n')}\n`;
}

interface Run {
  readonly names: readonly (string | undefined)[];
  readonly faults: readonly string[];
  readonly passedOver: number | undefined;
  /** As it is kept: what came before it when no batch gave one. */
  readonly bookmark: string;
}

interface RunOptions {
  readonly before?: Pick<Run, 'bookmark'>;
  readonly stdin?: string;
  readonly stopAfter?: number;
}

/** Reads everything at once, or one record a batch and `stopAfter` of them. */
async function run(paths: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { before, stdin = '', stopAfter } = options;
  async function* piped() {
    yield Buffer.from(stdin);
  }
  const source = openFileSource(paths, { stdin: piped() });
  const names: (string | undefined)[] = [];
  const faults: string[] = [];
  let bookmark = before?.bookmark ?? '';
  for await (const batch of source.batches({ batchSize: stopAfter === undefined ? 100 : 1, bookmark })) {
    names.push(...batch.events.map((event) => (event as ProcessEvent).process.name));
    faults.push(...batch.rejections.map(({ code }) => code));
    bookmark = batch.bookmark;
    if (names.length === stopAfter) break;
  }
  return { names, faults, passedOver: source.resumed?.passedOver, bookmark };
}

/** The bookmark as it was before it told one file from another. */
function asOfEarlierVersion({ bookmark }: Run): Run {
  const { path, member, isDone, text } = JSON.parse(bookmark) as Record<string, unknown>;
  const earlier = { path, member, isDone, ...(isDone === true ? {} : { text }) };
  return { names: [], faults: [], passedOver: undefined, bookmark: JSON.stringify(earlier) };
}

describe('a run after another', () => {
  it('reads every stream of standard input, also after one that was stopped', async () => {
    const first = await run(['-'], { stdin: lines('a', 'b', 'c') });
    for (const before of [
      first,
      asOfEarlierVersion(first),
      await run(['-'], { stdin: lines('a', 'b', 'c'), stopAfter: 2 }),
    ]) {
      const second = await run(['-'], { stdin: lines('d', 'e'), before });
      expect([second.names, second.faults, second.passedOver]).toEqual([['d', 'e'], [], undefined]);
    }
  });

  it.skipIf(process.platform === 'win32')(
    'reads what comes through a named pipe the second time',
    async () => {
      const path = join(folder, 'pipe.ndjson');
      execFileSync('mkfifo', [path]);
      const [first] = await Promise.all([run([path]), writeFile(path, lines('a', 'b'))]);
      const [second] = await Promise.all([run([path], { before: first }), writeFile(path, lines('c'))]);
      expect([second.names, second.faults]).toEqual([['c'], []]);
    },
  );

  it('passes over what was read and says how much that is', async () => {
    const paths = [write('a.ndjson', lines('a')), write('b.ndjson.gz', gzipSync(lines('b')))];
    const first = await run(paths);
    expect(first.passedOver).toBeUndefined();
    const second = await run(paths, { before: first });
    expect([second.names, second.faults, second.passedOver]).toEqual([[], [], 2]);
  });

  it('goes on where a file was grown', async () => {
    const path = write('day.ndjson', lines('a', 'b'));
    const packed = write('day.ndjson.gz', gzipSync(lines('a', 'b')));
    for (const [input, more] of [
      [path, Buffer.from(lines('c'))],
      [packed, gzipSync(lines('c'))],
    ] as const) {
      const first = await run([input]);
      appendFileSync(input, more);
      const second = await run([input], { before: first });
      expect([second.names, second.faults, second.passedOver]).toEqual([['c'], [], 0]);
      expect(await run([input], { before: second })).toMatchObject({ names: [], passedOver: 1 });
    }
  });

  it.each<[string, string]>([
    ['of the same length', lines('c', 'd')],
    ['longer', lines('c', 'd', 'e')],
    ['shorter', lines('c')],
  ])('reads another file of the same name, %s', async (_, content) => {
    for (const part of [{}, { stopAfter: 1 }]) {
      const path = write('day.ndjson', lines('a', 'b'));
      const first = await run([path], part);
      write('day.ndjson', content);
      const second = await run([path], { before: first });
      expect([lines(...second.names.map(String)), second.faults]).toEqual([content, ['PC_SOURCE_BOOKMARK']]);
    }
  });

  it('reads a list anew to whose end something was added', async () => {
    const path = write('list.json', `[${line('a')},${line('b')}]`);
    const first = await run([path]);
    write('list.json', `[${line('a')},${line('b')},${line('c')}]`);
    const second = await run([path], { before: first });
    expect([second.names, second.faults]).toEqual([['a', 'b', 'c'], ['PC_SOURCE_BOOKMARK']]);
  });

  it('reads the files that came into a folder, wherever their names stand', async () => {
    write('in/b.ndjson', lines('b1', 'b2'));
    write('in/d.ndjson', lines('d1', 'd2'));
    const first = await run([join(folder, 'in')], { stopAfter: 3 });
    for (const name of ['a', 'c', 'e']) write(`in/${name}.ndjson`, lines(name));
    const second = await run([join(folder, 'in')], { before: first });
    expect([second.names, second.faults, second.passedOver]).toEqual([['a', 'c', 'd2', 'e'], [], 1]);
    write('in/c.ndjson', lines('c', 'c2'));
    expect(await run([join(folder, 'in')], { before: second })).toMatchObject({
      names: ['c', 'c2'],
      passedOver: 4,
    });
  });

  it('reads what is left where the file it stopped in is gone', async () => {
    write('in/a.ndjson', lines('a'));
    write('in/b.ndjson', lines('b1', 'b2'));
    const first = await run([join(folder, 'in')], { stopAfter: 2 });
    unlinkSync(join(folder, 'in/b.ndjson'));
    write('in/c.ndjson', lines('c'));
    const second = await run([join(folder, 'in')], { before: first });
    expect([second.names, second.faults, second.passedOver]).toEqual([['c'], ['PC_SOURCE_BOOKMARK'], 1]);
  });

  it('reads an archive anew that is another', async () => {
    const path = write('a.zip', writeZip({ 'a.json': Buffer.from(lines('a', 'b')) }));
    const first = await run([path], { stopAfter: 1 });
    write('a.zip', writeZip({ 'c.json': Buffer.from(lines('c')), 'd.json': Buffer.from(lines('d')) }));
    for (const before of [first, asOfEarlierVersion(first)]) {
      const second = await run([path], { before });
      expect([second.names, second.faults]).toEqual([['c', 'd'], ['PC_SOURCE_BOOKMARK']]);
    }
  });

  it('goes on at the bookmark of an earlier version, which goes by names and their order', async () => {
    const paths = ['a', 'b', 'c'].map((name) => write(`${name}.ndjson`, lines(`${name}1`, `${name}2`)));
    const middle = asOfEarlierVersion(await run(paths, { stopAfter: 3 }));
    expect(await run(paths, { before: middle })).toMatchObject({ names: ['b2', 'c1', 'c2'], passedOver: 1 });
    const next = await run(paths, { before: middle });
    expect(await run(paths, { before: next })).toMatchObject({ names: [], passedOver: 3 });
    const end = asOfEarlierVersion(await run(paths.slice(0, 2)));
    expect(await run(paths, { before: end })).toMatchObject({ names: ['c1', 'c2'], faults: [] });
  });
});
