import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';

const binary = join(import.meta.dirname, '../../build/collector/collector');

/** The OpenTelemetry Collector, the real one, built by `npm run test:otel`; what it takes goes into a file. */
export interface CollectorPeer {
  /** OTLP/HTTP. */
  readonly port: number;
  /** Splunk's HTTP Event Collector, without acknowledgement. */
  readonly hecPort: number;
  /** The same with it. */
  readonly acknowledgingPort: number;
  /** Log records in the order in which they came, once there are `count`. */
  records(count: number): Promise<CollectedRecord[]>;
  stop(): Promise<void>;
}

export interface CollectedRecord {
  readonly eventName?: string;
  readonly severityNumber?: number;
  readonly timeUnixNano?: string;
  readonly attributes: readonly CollectedAttribute[];
  readonly body: unknown;
  readonly resource: readonly CollectedAttribute[];
}

interface CollectedAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Why the collector cannot be run here, if so. */
export function whyNoCollector(): string | undefined {
  if (!existsSync(binary)) return '`npm run test:otel` builds the collector first';
  try {
    execFileSync(binary, ['components'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'the collector in build/collector does not run here';
  }
}

/** @param tls PEM files of its certificate, and of the authority that client certificates must come from */
export async function startCollector(
  folder: string,
  tls?: { readonly certFile: string; readonly keyFile: string; readonly caFile: string },
): Promise<CollectorPeer> {
  const ports = [await findFreePort(), await findFreePort(), await findFreePort()] as const;
  const out = join(folder, 'collected.json');
  const config = join(folder, 'collector.json');
  const [http, hec, acknowledging] = ports.map((port) => ({
    endpoint: `127.0.0.1:${port}`,
    ...(tls === undefined
      ? {}
      : { tls: { cert_file: tls.certFile, key_file: tls.keyFile, client_ca_file: tls.caFile } }),
  }));
  // Tokens are not checked by this receiver; it can only be seen that they come.
  const token = { access_token_passthrough: true };
  // YAML takes JSON.
  const text = {
    receivers: {
      otlp: { protocols: { http } },
      splunk_hec: { ...hec, ...token },
      'splunk_hec/ack': { ...acknowledging, ...token, ack: { extension: 'ack' } },
    },
    extensions: { ack: {} },
    exporters: { file: { path: out, flush_interval: '100ms' } },
    service: {
      telemetry: { metrics: { level: 'none' } },
      extensions: ['ack'],
      pipelines: { logs: { receivers: ['otlp', 'splunk_hec', 'splunk_hec/ack'], exporters: ['file'] } },
    },
  };
  writeFileSync(config, JSON.stringify(text));
  const child = spawn(binary, ['--config', `file:${config}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the collector ended: ${said.slice(-2_000)}`);
    return said.includes('Everything is ready');
  });

  function read(): CollectedRecord[] {
    if (!existsSync(out)) return [];
    return readFileSync(out, 'utf8')
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => (JSON.parse(line) as Collected).resourceLogs)
      .flatMap(({ resource: { attributes: resource = [] }, scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) => logRecords.map((record) => ({ ...record, resource }))),
      );
  }
  return {
    port: ports[0],
    hecPort: ports[1],
    acknowledgingPort: ports[2],
    async records(count) {
      await until(() => read().length >= count);
      return read();
    },
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
      await exited;
      clearTimeout(timer);
    },
  };
}

interface Collected {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes?: readonly CollectedAttribute[] };
    readonly scopeLogs: readonly { readonly logRecords: readonly Omit<CollectedRecord, 'resource'>[] }[];
  }[];
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = Date.now() + 120_000;
  while (!isSo()) {
    if (Date.now() > endMs) throw new Error('the collector did not do it in 120 s');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
