import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { ElasticsearchDouble } from './elasticsearch-double.ts';
import { FaultProxy, faults } from './fault-proxy.ts';
import { createRandom } from './random.ts';

/** What arrived where, in the order of arrival. */
export interface FaultRun {
  readonly elastic: readonly string[];
  /** Ids that Elasticsearch was given again, and refused as already there. */
  readonly conflicts: number;
  readonly syslog: readonly string[];
  readonly record: readonly string[];
  readonly kills: number;
  /** How many had arrived at Elasticsearch when the agent was killed, kill by kill. */
  readonly arrivedAtKills: readonly number[];
  readonly faults: number;
  /** What the last agent reported. */
  readonly report: string;
}

const index = 'logs-problemchild.alert-default';
/** How long a fault lasts: a syslog batch that is confirmed needs 100 ms of a connection that nobody breaks. */
const faultMs = 400;

/** Collects the ids of octet-counted syslog messages. */
class SyslogSink {
  readonly ids: string[] = [];
  readonly #server: Server;
  port = 0;

  constructor() {
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#read(socket));
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  stop(): void {
    this.#server.close();
  }

  #read(socket: Socket): void {
    let rest = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const space = rest.indexOf(0x20);
        const length = Number(rest.toString('latin1', 0, Math.max(0, space)));
        if (space < 1 || !Number.isSafeInteger(length) || rest.length < space + 1 + length) return;
        const message = rest.toString('utf8', space + 1, space + 1 + length);
        rest = rest.subarray(space + 1 + length);
        this.ids.push(/ id="([^"]+)"/.exec(message)?.[1] ?? '');
      }
    });
    socket.on('end', () => socket.end());
  }
}

/** Lets an agent forward `alerts` through faults, killing it now and then, until one run of it gets through. */
export async function runThroughFaults(
  folder: string,
  options: { readonly alerts: number; readonly kills: number; readonly seed: number },
): Promise<FaultRun> {
  const random = createRandom(options.seed);
  let agent: ChildProcess | undefined;
  let killAt = Number.POSITIVE_INFINITY;
  // At once: an agent that is told that all have arrived may end before it is killed.
  const onStored = (): void => {
    if (arrived() >= killAt) agent?.kill('SIGKILL');
  };
  const elastic = await ElasticsearchDouble.start({ onStored });
  const sink = new SyslogSink();
  await sink.start();
  const proxies = [await FaultProxy.start(elastic.port), await FaultProxy.start(sink.port)];
  const recordFile = join(folder, 'record.ndjson');
  const script = join(import.meta.dirname, '../faults/forward-agent.ts');
  let switched = 0;
  const trouble = setInterval(() => {
    for (const proxy of proxies) {
      if (random() < 0.5) proxy.switchTo('none');
      else {
        proxy.switchTo(faults[Math.floor(random() * faults.length)] ?? 'none');
        switched++;
      }
    }
  }, faultMs);
  // Spread over the work: by time they would all fall into its beginning where the machine is slow.
  const killsAt = Array.from({ length: options.kills }, () =>
    Math.floor(random() * options.alerts * 0.95),
  ).sort((a, b) => a - b);
  const arrived = (): number => elastic.indices.get(index)?.size ?? 0;
  let kills = 0;
  const arrivedAtKills: number[] = [];
  let report = '';
  try {
    for (;;) {
      const args = [
        join(folder, 'state.db'),
        String(options.alerts),
        ...proxies.map(({ port }) => String(port)),
        recordFile,
      ];
      const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
      const said = collect(child);
      agent = child;
      killAt = killsAt[kills] ?? Number.POSITIVE_INFINITY;
      const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
      if (code === null) {
        kills++;
        arrivedAtKills.push(arrived());
        continue;
      }
      if (code !== 0) throw new Error(`the agent ended with ${code}`);
      report = said();
      break;
    }
  } finally {
    clearInterval(trouble);
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    sink.stop();
    await elastic.stop();
  }
  return {
    elastic: elastic.ids(index),
    conflicts: elastic.conflicts,
    syslog: sink.ids,
    record: readFileSync(recordFile, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { event: { id: string } }).event.id),
    kills,
    arrivedAtKills,
    faults: switched,
    report,
  };
}

function collect(child: ChildProcess): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return () => text;
}

/** The first arrival of each id, in order. */
export function firstArrivals(ids: readonly string[]): string[] {
  return [...new Set(ids)];
}

/** Where two lists part; comparing them whole would print them whole. */
export function firstDifference(found: readonly string[], expected: readonly string[]): string | undefined {
  const length = Math.max(found.length, expected.length);
  for (let at = 0; at < length; at++) {
    if (found[at] !== expected[at]) return `at ${at}: ${found[at]} instead of ${expected[at]}`;
  }
  return undefined;
}
