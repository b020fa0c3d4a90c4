import { AgentError } from '../errors/index.ts';
import type { FiltersInForce, IsolationPlan, IsolationPort, PlanFilter } from '../response/index.ts';
import { filterAction, filterLimit, isolatePersistent, layer, match, structBytes } from './abi.ts';
import { newCause, newStruct } from './call-buffers.ts';
import type { NativeLibrary } from './native-library.ts';

const layers = { connect: layer.CONNECT, accept: layer.ACCEPT, forward: layer.FORWARD } as const;

/** Isolation by the Windows Filtering Platform. Needs the rights of an administrator. */
export class FilterEngine implements IsolationPort {
  readonly #library: NativeLibrary;

  constructor(library: NativeLibrary) {
    this.#library = library;
  }

  async apply({ id, filters, persistent }: IsolationPlan): Promise<void> {
    if (filters.length > filterLimit) {
      throw new AgentError(
        'PC_ISOLATION_TOO_LARGE',
        `the isolation would take ${filters.length} filters; at most ${filterLimit} are set`,
      );
    }
    const cause = newCause();
    const result = await this.#library.call.pc_isolation_apply.inBackground(
      encodeFilters(filters),
      filters.length,
      BigInt(`0x${id}`),
      persistent ? isolatePersistent : 0,
      cause,
    );
    this.#library.check(result, cause, 'the filters could not be set');
  }

  async remove(): Promise<void> {
    const cause = newCause();
    const result = await this.#library.call.pc_isolation_remove.inBackground(cause);
    this.#library.check(result, cause, 'the filters could not be removed');
  }

  async read(): Promise<FiltersInForce> {
    const cause = newCause();
    const state = newStruct(structBytes.isolationState);
    const result = await this.#library.call.pc_isolation_read.inBackground(state, cause);
    this.#library.check(result, cause, 'the filters could not be read');
    const filters = state.readUInt32LE(4);
    const isMixed = state.readUInt32LE(24) !== 0;
    const planId = state.readBigUInt64LE(16);
    return {
      filters,
      idle: state.readUInt32LE(8) + state.readUInt32LE(12),
      planId: filters === 0 || isMixed || planId === 0n ? undefined : planId.toString(16).padStart(16, '0'),
    };
  }
}

/** An array of pc_filter. */
function encodeFilters(filters: readonly PlanFilter[]): Buffer {
  const bytes = Buffer.alloc(filters.length * structBytes.filter);
  for (const [index, filter] of filters.entries()) {
    encodeFilter(filter, bytes.subarray(index * structBytes.filter, (index + 1) * structBytes.filter));
  }
  return bytes;
}

function encodeFilter(filter: PlanFilter, to: Buffer): void {
  const { loopback, protocol, localPort, remotePort, remote } = filter;
  const matches =
    (loopback === true ? match.LOOPBACK : 0) |
    (protocol === undefined ? 0 : match.PROTOCOL) |
    (localPort === undefined ? 0 : match.LOCAL_PORT) |
    (remotePort === undefined ? 0 : match.REMOTE_PORT) |
    (remote === undefined ? 0 : match.REMOTE_ADDRESS);
  to.writeUInt32LE(layers[filter.layer], 0);
  to.writeUInt32LE(filter.family, 4);
  to.writeUInt32LE(filter.action === 'permit' ? filterAction.PERMIT : filterAction.BLOCK, 8);
  to.writeUInt32LE(matches, 12);
  to.writeUInt32LE(protocol ?? 0, 16);
  to.writeUInt32LE(localPort ?? 0, 20);
  to.writeUInt32LE(remotePort ?? 0, 24);
  if (remote === undefined) return;
  to.writeUInt32LE(remote.prefix, 28);
  to.set(remote.bytes, 32);
}
