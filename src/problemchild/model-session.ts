import { InferenceSession, Tensor } from 'onnxruntime-node';
import { AgentError, messageOf } from '../errors/index.ts';

/** A loaded network: rows of features in, P(malicious) out. */
export interface ModelSession {
  /** Columns of a row. */
  readonly width: number;
  /** Most rows of one call of {@link run}. */
  readonly maxRows: number;
  /**
   * @param rows `count * width` numbers or more; NaN is a missing value.
   * @returns what the network says of each row, unchecked.
   */
  run(rows: Float32Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface ModelSessionOptions {
  /** Columns the bundle lists. */
  readonly width: number;
  /** Rows at a time where the network's answers do not depend on it. Default 128. */
  readonly maxRows?: number;
  /** The file, for messages. */
  readonly where?: string;
}

const defaultMaxRows = 128;

/**
 * One thread: a second costs twice the processor time and saves none on rows this small. Graph optimisation,
 * arena and memory pattern made no difference that could be measured on tree ensembles; without the arena
 * the process stays smaller.
 */
const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  enableCpuMemArena: false,
  enableMemPattern: false,
  logSeverityLevel: 3,
};

/**
 * Opens a network for one-thread use on the CPU.
 *
 * Scores must not depend on how events happen to be batched. Row for row, ONNX Runtime's tree ensembles add
 * in the order of the trees and its element-wise operators do the same arithmetic in every lane, but a
 * matrix product may choose another kernel, and so another order of addition, for another number of rows.
 * So the network is tried once here: if any row of a batch differs in any bit from that row alone, every
 * row is run alone.
 * @throws AgentError PC_MODEL_RUNTIME or PC_MODEL_SHAPE.
 */
export async function openModelSession(
  weights: Uint8Array,
  { width, maxRows = defaultMaxRows, where }: ModelSessionOptions,
): Promise<ModelSession> {
  const place = where === undefined ? {} : { where };
  const session = await createSession(weights, place);
  const { inputName, outputName } = requireShape(session, width, place);

  async function run(rows: Float32Array, count: number): Promise<Float32Array> {
    const input = new Tensor('float32', rows.subarray(0, count * width), [count, width]);
    let output: Tensor | undefined;
    try {
      output = (await session.run({ [inputName]: input }))[outputName];
    } catch (error) {
      throw new AgentError('PC_MODEL_RUNTIME', messageOf(error), { ...place, cause: error });
    }
    const { data } = output!;
    if (!(data instanceof Float32Array) || data.length !== count) {
      throw new AgentError(
        'PC_MODEL_SHAPE',
        `${count} rows gave an output of shape [${output!.dims.join(', ')}]`,
        place,
      );
    }
    return data;
  }

  const rowsAtATime = (await isBatchInvariant(run, width, maxRows)) ? maxRows : 1;
  return { width, maxRows: rowsAtATime, run, close: () => session.release() };
}

async function createSession(weights: Uint8Array, place: { where?: string }): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(weights, sessionOptions);
  } catch (error) {
    throw new AgentError('PC_MODEL_RUNTIME', messageOf(error), { ...place, cause: error });
  }
}

function requireShape(
  session: InferenceSession,
  width: number,
  place: { where?: string },
): { readonly inputName: string; readonly outputName: string } {
  const [input, ...otherInputs] = session.inputMetadata;
  const [output, ...otherOutputs] = session.outputMetadata;
  if (input === undefined || output === undefined || otherInputs.length > 0 || otherOutputs.length > 0) {
    throw new AgentError(
      'PC_MODEL_SHAPE',
      `the network has ${session.inputNames.length} inputs and ${session.outputNames.length} outputs; one of each is needed`,
      place,
    );
  }
  if (!input.isTensor || input.type !== 'float32' || input.shape.length !== 2 || input.shape[1] !== width) {
    throw new AgentError(
      'PC_MODEL_SHAPE',
      `the network takes ${describeType(input)}; the bundle lists ${width} inputs, float32 [N, ${width}]`,
      place,
    );
  }
  if (!output.isTensor || output.type !== 'float32') {
    throw new AgentError(
      'PC_MODEL_SHAPE',
      `the network gives ${describeType(output)}, not float32 [N, 1]`,
      place,
    );
  }
  return { inputName: input.name, outputName: output.name };
}

function describeType(value: InferenceSession.ValueMetadata): string {
  return value.isTensor ? `${value.type} [${value.shape.join(', ')}]` : 'no tensor';
}

/** Compares a batch of made-up rows, some with gaps, with each of its rows alone, bit by bit. */
async function isBatchInvariant(run: ModelSession['run'], width: number, maxRows: number): Promise<boolean> {
  const rows = makeProbeRows(width, maxRows);
  for (const count of new Set([maxRows, Math.min(maxRows, 7)])) {
    const together = bitsOf(await run(rows, count));
    for (let row = 0; row < count; row++) {
      const [alone] = bitsOf(await run(rows.subarray(row * width), 1));
      if (alone !== together[row]) return false;
    }
  }
  return true;
}

function makeProbeRows(width: number, count: number): Float32Array {
  const rows = new Float32Array(width * count);
  let state = 1;
  for (let at = 0; at < rows.length; at++) {
    // A linear congruential generator: the same rows at every start.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const kind = state >>> 30;
    rows[at] = kind === 0 ? Number.NaN : kind === 1 ? (state >>> 29) & 1 : state / 2 ** 32;
  }
  return rows;
}

/** Bits, because NaN is not equal to itself. */
function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
