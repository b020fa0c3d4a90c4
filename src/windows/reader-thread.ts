import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { code, nameOfCode } from './abi.ts';
import { newCause, readCause } from './call-buffers.ts';
import { loadFfi } from './load-ffi.ts';
import { bindLibrary } from './native-library.ts';
import type { BufferReturn, ReaderMessage, ReaderTask } from './reader-protocol.ts';

/*
 * The thread that waits in pc_read, so that the main thread never does. It owns nothing: the main thread
 * opened the source and will stop and close it. It ends by itself once the source has.
 */

// A thread inside a call cannot be ended: this bounds how long an abrupt exit has to wait for it.
const readTimeoutMs = 250;

const port = parentPort!;
const task = workerData as ReaderTask;

function post(message: ReaderMessage, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

async function readUntilEnded(): Promise<void> {
  const call = bindLibrary(await loadFfi(task.ffi), task.libraryPath);
  const free = Array.from({ length: task.bufferCount }, () => new ArrayBuffer(task.bufferBytes));
  port.on('message', (buffer: BufferReturn) => free.push(buffer));
  const bytes = Buffer.alloc(4);
  const count = Buffer.alloc(4);
  const cause = newCause();
  for (;;) {
    // Without a free buffer the records wait in the library's ring, which counts what it must drop.
    while (free.length === 0) await once(port, 'message');
    const buffer = free.pop()!;
    const view = Buffer.from(buffer);
    const result = call.pc_read(task.handle, view, view.length, readTimeoutMs, bytes, count, cause);
    if (result === code.OK) {
      post({ kind: 'batch', buffer, bytes: bytes.readUInt32LE(), count: count.readUInt32LE() }, [buffer]);
    } else {
      free.push(buffer);
      if (result === code.ENDED) return post({ kind: 'ended' });
      if (result !== code.TIMEOUT) {
        return post({ kind: 'failed', message: `pc_read: ${nameOfCode(result)} (${readCause(cause)})` });
      }
    }
    // Lets returned buffers in.
    await setImmediate();
  }
}

await readUntilEnded();
port.close();
