import { AgentError } from '../errors/index.ts';
import type { EtwProcessRecord } from '../event/index.ts';
import { code } from './abi.ts';
import { newCause } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';
import { decodeRecords } from './record-decoder.ts';

/** Every process that runs now: pid, parent, creation time and image name. */
export function listProcesses(library: NativeLibrary): EtwProcessRecord[] {
  const bytes = Buffer.alloc(4);
  const count = Buffer.alloc(4);
  const cause = newCause();
  // Processes come while we ask: each round has room for more than the last one needed.
  for (let capacity = 1 << 20; ; capacity = bytes.readUInt32LE() * 2) {
    const buffer = Buffer.alloc(capacity);
    const result = library.call.pc_process_list(buffer, capacity, bytes, count, cause);
    if (result === code.E_BUFFER) continue;
    library.check(result, cause, 'processes could not be listed');
    return decodeList(buffer.subarray(0, bytes.readUInt32LE()));
  }
}

/** No other kind comes in a list. */
function ignore(): void {
  return;
}

function decodeList(bytes: Buffer): EtwProcessRecord[] {
  const processes: EtwProcessRecord[] = [];
  decodeRecords(bytes, 'processes', {
    process: (record) => processes.push(record),
    winEvent: ignore,
    control: ignore,
    unknown: ignore,
    malformed: (message) => {
      throw new AgentError('PC_NATIVE_RECORD', `the list of processes: ${message}`);
    },
  });
  return processes;
}
