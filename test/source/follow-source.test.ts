import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ProcessEvent } from '../../src/event/index.ts';
import { followNdjson, type SourceBatch } from '../../src/source/index.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  path = join(folder, 'events.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function line(name: string): string {
  return `${JSON.stringify({ '@timestamp': '2024-05-01T12:00:00Z', event: { id: name }, process: { name } })}\n`;
}

/** Follows the file; `next` waits until that many more records have come. */
class Following {
  readonly batches: SourceBatch[] = [];
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #wanted = 0;
  #arrived = (): void => undefined;

  constructor(options: { bookmark?: string | undefined; maxLineBytes?: number; batchSize?: number } = {}) {
    const { bookmark, maxLineBytes, batchSize = 100 } = options;
    const source = followNdjson(path, {
      pollIntervalMs: 5,
      ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
    });
    const readOptions = {
      batchSize,
      signal: this.#stop.signal,
      ...(bookmark === undefined ? {} : { bookmark }),
    };
    this.#done = this.#run(source.batches(readOptions));
  }

  async #run(batches: AsyncIterable<SourceBatch>): Promise<void> {
    for await (const batch of batches) {
      this.batches.push(batch);
      if (this.records >= this.#wanted) this.#arrived();
    }
  }

  get records(): number {
    return this.batches.reduce((sum, { recordsRead }) => sum + recordsRead, 0);
  }

  get names(): (string | undefined)[] {
    return this.batches.flatMap(({ events }) => events.map((event) => (event as ProcessEvent).process.name));
  }

  get faults(): string[] {
    return this.batches.flatMap(({ rejections }) => rejections.map(({ code }) => code));
  }

  async until(count: number): Promise<void> {
    if (this.records >= count) return;
    this.#wanted = count;
    await new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
  }

  async stop(): Promise<string | undefined> {
    this.#stop.abort();
    await this.#done;
    return this.batches.at(-1)?.bookmark;
  }
}

describe('a followed file', () => {
  it('gives what it holds, then what is added', async () => {
    writeFileSync(path, line('a') + line('b'));
    const following = new Following();
    await following.until(2);
    appendFileSync(path, line('c'));
    await following.until(3);
    await following.stop();
    expect(following.names).toEqual(['a', 'b', 'c']);
    expect(following.faults).toEqual([]);
  });

  it('is waited for', async () => {
    const following = new Following();
    writeFileSync(path, line('a'));
    await following.until(1);
    await following.stop();
    expect(following.names).toEqual(['a']);
  });

  it('keeps half a line until the rest comes', async () => {
    const text = line('später');
    writeFileSync(path, line('a') + text.slice(0, 40));
    const following = new Following();
    await following.until(1);
    appendFileSync(path, text.slice(40));
    await following.until(2);
    await following.stop();
    expect(following.names).toEqual(['a', 'später']);
    expect(following.faults).toEqual([]);
  });

  it('is read to its end when another takes its name', async () => {
    writeFileSync(path, line('a'));
    const following = new Following();
    await following.until(1);
    appendFileSync(path, line('b') + line('c').trimEnd());
    renameSync(path, join(folder, 'events.1.ndjson'));
    appendFileSync(join(folder, 'events.1.ndjson'), `\n${line('d').trimEnd()}`);
    writeFileSync(path, line('e'));
    await following.until(5);
    await following.stop();
    expect(following.names).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(following.faults).toEqual([]);
  });

  it('may be a list that grows, of which the end is missed only when another file takes its name', async () => {
    writeFileSync(path, `[\n${line('a')},`);
    const first = new Following();
    await first.until(1);
    const bookmark = await first.stop();
    expect(first.faults).toEqual([]);
    const second = new Following({ bookmark });
    appendFileSync(path, line('b'));
    await second.until(1);
    renameSync(path, join(folder, 'events.1.ndjson'));
    writeFileSync(path, line('c'));
    await second.until(3);
    await second.stop();
    expect([second.names, second.faults]).toEqual([['b', 'c'], ['PC_EVENT_JSON']]);
  });

  it('is read anew when it is cut back', async () => {
    writeFileSync(path, line('a') + line('b'));
    const following = new Following();
    await following.until(2);
    truncateSync(path);
    await new Promise((resolve) => setTimeout(resolve, 60));
    appendFileSync(path, line('c'));
    await following.until(3);
    await following.stop();
    expect(following.names).toEqual(['a', 'b', 'c']);
  });

  it('is waited for while a folder has its name, which is told once', async () => {
    mkdirSync(path);
    const following = new Following();
    await following.until(1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    rmdirSync(path);
    writeFileSync(path, line('a'));
    await following.until(2);
    await following.stop();
    expect(following.names).toEqual(['a']);
    expect(following.faults).toEqual(['PC_SOURCE_UNREADABLE']);
  });

  it('is read on after a fault of the disk', async () => {
    writeFileSync(path, line('a') + line('b').slice(0, 20));
    const handle = await open(path);
    await handle.close();
    const following = new Following();
    await following.until(1);
    const fault = Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', errno: -5 });
    const read = vi.spyOn(Object.getPrototypeOf(handle), 'read').mockRejectedValue(fault);
    await following.until(2);
    await vi.waitUntil(() => read.mock.calls.length > 3);
    read.mockRestore();
    appendFileSync(path, line('b').slice(20) + line('c'));
    await following.until(4);
    await following.stop();
    expect(following.names).toEqual(['a', 'b', 'c']);
    expect(following.faults).toEqual(['PC_SOURCE_UNREADABLE']);
  });

  it('counts bad lines and those too long', async () => {
    writeFileSync(path, `${line('a')}no json\n${'x'.repeat(5000)}\n${line('b')}`);
    const following = new Following({ maxLineBytes: 1000 });
    await following.until(4);
    await following.stop();
    expect(following.names).toEqual(['a', 'b']);
    expect(following.faults).toEqual(['PC_EVENT_JSON', 'PC_SOURCE_RECORD_SIZE']);
  });
});

describe('following again', () => {
  it('goes on at the bookmark', async () => {
    writeFileSync(path, line('a') + line('b').slice(0, 30));
    const first = new Following();
    await first.until(1);
    const bookmark = await first.stop();
    appendFileSync(path, line('b').slice(30) + line('c'));
    const second = new Following({ bookmark });
    await second.until(2);
    await second.stop();
    expect(first.names).toEqual(['a']);
    expect(second.names).toEqual(['b', 'c']);
  });

  it('can begin after any batch', async () => {
    const names = Array.from({ length: 9 }, (_, index) => `p${index}`);
    writeFileSync(path, names.map(line).join(''));
    const whole = new Following({ batchSize: 2 });
    await whole.until(9);
    await whole.stop();
    for (const [index, { bookmark }] of whole.batches.entries()) {
      const rest = new Following({ bookmark, batchSize: 2 });
      await rest.until(Math.max(0, 9 - 2 * (index + 1)));
      await rest.stop();
      expect(rest.names).toEqual(names.slice(2 * (index + 1)));
    }
  });

  it('says so when the bookmark is none of its own', async () => {
    writeFileSync(path, line('a'));
    const following = new Following({ bookmark: '{"path":"elsewhere"}' });
    await following.until(2);
    await following.stop();
    expect(following.names).toEqual(['a']);
    expect(following.faults).toEqual(['PC_SOURCE_BOOKMARK']);
  });

  it('says so when the file was replaced meanwhile', async () => {
    writeFileSync(path, line('a') + line('b'));
    const first = new Following();
    await first.until(2);
    const bookmark = await first.stop();
    renameSync(path, join(folder, 'events.1.ndjson'));
    writeFileSync(path, line('c'));
    const second = new Following({ bookmark });
    await second.until(2);
    await second.stop();
    expect(second.names).toEqual(['c']);
    expect(second.faults).toEqual(['PC_SOURCE_BOOKMARK']);
  });

  it('says so when another was written into the same file meanwhile', async () => {
    writeFileSync(path, line('a') + line('b'));
    const first = new Following();
    await first.until(2);
    const bookmark = await first.stop();
    writeFileSync(path, line('c') + line('d') + line('e'));
    const second = new Following({ bookmark });
    await second.until(4);
    await second.stop();
    expect(second.names).toEqual(['c', 'd', 'e']);
    expect(second.faults).toEqual(['PC_SOURCE_BOOKMARK']);
  });

  it('understands the bookmark of an earlier version', async () => {
    writeFileSync(path, line('a') + line('b'));
    const first = new Following();
    await first.until(2);
    const { mark, ...earlier } = JSON.parse((await first.stop())!) as Record<string, unknown>;
    expect(mark).toBeDefined();
    appendFileSync(path, line('c'));
    const second = new Following({ bookmark: JSON.stringify(earlier) });
    await second.until(1);
    await second.stop();
    expect([second.names, second.faults]).toEqual([['c'], []]);
  });
});
