import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { code, nameOfCode } from './abi.ts';
import { newCause, readCause } from './call-buffers.ts';
import { loadFfi } from './load-ffi.ts';
import { bindLibrary, readerFunctions } from './native-library.ts';
import type { BytesUsed, ReaderMessage, ReaderTask } from './reader-protocol.ts';

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
  const call = bindLibrary(await loadFfi(task.ffi), task.libraryPath, readerFunctions);
  let credit = task.creditBytes;
  port.on('message', (used: BytesUsed) => {
    credit += used;
  });
  // One buffer for all calls: what it holds goes over as a copy of the right size.
  const buffer = Buffer.from(new ArrayBuffer(task.bufferBytes));
  const bytes = Buffer.alloc(4);
  const count = Buffer.alloc(4);
  const cause = newCause();
  for (;;) {
    // Without credit the records wait in the library's ring, which counts what it must drop.
    while (credit <= 0) await once(port, 'message');
    const result = call.pc_read(task.handle, buffer, buffer.length, readTimeoutMs, bytes, count, cause);
    if (result === code.OK) {
      const batch = new Uint8Array(buffer.subarray(0, bytes.readUInt32LE()));
      credit -= batch.length;
      post({ kind: 'batch', bytes: batch, count: count.readUInt32LE() }, [batch.buffer]);
    } else if (result === code.ENDED) {
      return post({ kind: 'ended' });
    } else if (result !== code.TIMEOUT) {
      return post({ kind: 'failed', message: `pc_read: ${nameOfCode(result)} (${readCause(cause)})` });
    }
    // Lets messages in.
    await setImmediate();
  }
}

await readUntilEnded();
port.close();
