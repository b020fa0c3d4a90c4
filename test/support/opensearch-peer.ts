import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';

const jars = join(import.meta.dirname, '../../build/opensearch/lib');
const launcher = join(import.meta.dirname, '../faults/opensearch/Launch.java');

export interface OpensearchPeer {
  readonly url: string;
  call(method: string, path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Why a real OpenSearch cannot be run here, if so. */
export function whyNoOpensearch(): string | undefined {
  if (!existsSync(jars) || readdirSync(jars).length === 0) {
    return '`npm run test:opensearch` fetches OpenSearch first';
  }
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'java is not installed';
  }
}

/** Starts one node of a real OpenSearch; takes up to a minute. */
export async function startOpensearch(folder: string): Promise<OpensearchPeer> {
  const port = await findFreePort();
  const child = spawn('java', ['-Xmx1g', '-cp', join(jars, '*'), launcher, folder, String(port)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('ready')) resolve();
    });
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await Promise.race([
    ready,
    exited.then(() => Promise.reject(new Error(`OpenSearch ended: ${said.slice(-2_000)}`))),
  ]);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async call(method, path, body) {
      const response = await fetch(url + path, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.json();
    },
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
      await exited;
      clearTimeout(timer);
    },
  };
}
