import { createServer } from 'node:net';

/** Below the ports that systems give away by themselves, to connections as well as to who asks for any port. */
const firstPort = 12_000;
/** Test files that run at the same time have their own ports. */
const portsOfWorker = 1_000;
const worker = Number(process.env['VITEST_POOL_ID'] ?? 0) % 16;
let next = process.pid % portsOfWorker;

/** A port that nothing listens on, and that nobody else takes before it is used. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < portsOfWorker; tries++) {
    const port = firstPort + worker * portsOfWorker + (next++ % portsOfWorker);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
