import { join } from 'node:path';
import { AgentError } from '../errors/index.ts';
import type { ProcessEvent } from '../event/index.ts';
import type { Bundle } from './bundle.ts';
import { type LoadedBundle, loadBundle, weightsFileName } from './bundle-loader.ts';
import { decideClass } from './class-decision.ts';
import type { FeatureEncoder } from './feature-set.ts';
import { featureSets } from './feature-sets.ts';
import { type ModelSession, openModelSession } from './model-session.ts';
import type { Prediction } from './prediction.ts';

/** Says of process starts how suspicious they are. */
export interface Scorer {
  readonly bundle: Bundle;
  /** Which form of a start it wants to see: with what the process table knows, or as its record tells it. */
  readonly readsLineage: boolean;
  /**
   * One prediction for each event, in their order. What an event gets depends on nothing but the event.
   * @throws AgentError PC_MODEL_OUTPUT when the model gives no probability, PC_MODEL_RUNTIME when it fails.
   */
  score(events: readonly ProcessEvent[]): Promise<Prediction[]>;
  close(): Promise<void>;
}

export interface ScorerOptions {
  /** Most rows the network takes at a time; it changes speed and memory, never a score. */
  readonly maxRows?: number;
}

/**
 * Opens the model bundle of a folder.
 * @throws AgentError PC_MODEL_… when the bundle is refused.
 */
export async function openScorer(directory: string, options: ScorerOptions = {}): Promise<Scorer> {
  return createScorer(await loadBundle(directory), { ...options, where: join(directory, weightsFileName) });
}

/** For a bundle that is already in memory. */
export async function createScorer(
  { bundle, weights }: LoadedBundle,
  options: ScorerOptions & { readonly where?: string } = {},
): Promise<Scorer> {
  const encoder = createBundleEncoder(bundle);
  const session = await openModelSession(weights, { width: encoder.width, ...options });
  const rows = new Float32Array(session.maxRows * session.width);
  let previous: Promise<unknown> = Promise.resolve();

  return {
    bundle,
    readsLineage: featureSets[bundle.featureSet.name]!.readsLineage,
    score(events) {
      // All calls share one buffer of rows, so that they take turns.
      const result = previous.then(() => scoreInTurn(events, bundle, encoder, session, rows));
      previous = result.catch(() => undefined);
      return result;
    },
    async close() {
      await previous;
      await session.close();
    },
  };
}

/**
 * The encoder of a bundle's inputs.
 * @throws AgentError PC_MODEL_INPUTS when its feature set cannot make them.
 */
export function createBundleEncoder(bundle: Bundle): FeatureEncoder {
  const encoder = featureSets[bundle.featureSet.name]!.createEncoder({
    inputs: bundle.inputs,
    ...(bundle.encoders === undefined ? {} : { encoders: bundle.encoders }),
    ...(bundle.booleans === undefined ? {} : { booleans: bundle.booleans }),
    ...(bundle.parameters === undefined ? {} : { parameters: bundle.parameters }),
  });
  const at = bundle.inputs.findIndex((name, index) => encoder.inputs[index] !== name);
  if (at >= 0 || encoder.width !== bundle.inputs.length) {
    const differs =
      at >= 0
        ? `input ${at} is ${JSON.stringify(bundle.inputs[at])}, there it is ${JSON.stringify(encoder.inputs[at])}`
        : `${bundle.inputs.length} inputs, there are ${encoder.width}`;
    throw new AgentError(
      'PC_MODEL_INPUTS',
      `the bundle differs from feature set ${bundle.featureSet.name}: ${differs}`,
    );
  }
  return encoder;
}

async function scoreInTurn(
  events: readonly ProcessEvent[],
  bundle: Bundle,
  encoder: FeatureEncoder,
  session: ModelSession,
  rows: Float32Array,
): Promise<Prediction[]> {
  const predictions: Prediction[] = [];
  for (let from = 0; from < events.length; from += session.maxRows) {
    const count = Math.min(session.maxRows, events.length - from);
    for (let row = 0; row < count; row++) encoder.write(events[from + row]!, rows, row * encoder.width);
    const probabilities = await session.run(rows, count);
    for (let row = 0; row < count; row++) {
      const event = events[from + row]!;
      const decision = decideClass(requireProbability(probabilities[row]!, event, bundle), bundle);
      const isListed =
        decision.prediction === 0 && featureSets[bundle.featureSet.name]!.isBlocklisted?.(event);
      predictions.push({ ...decision, blocklistLabel: isListed ? 1 : undefined });
    }
  }
  return predictions;
}

/** Single precision may end a hair outside 0..1; anything further is no probability. */
const roundingSlack = 1e-6;

function requireProbability(value: number, event: ProcessEvent, bundle: Bundle): number {
  if (value >= -roundingSlack && value <= 1 + roundingSlack) return Math.min(1, Math.max(0, value));
  throw new AgentError('PC_MODEL_OUTPUT', `model ${bundle.name} gave ${value} for event ${event.id}`, {
    where: `${event.position.source}:${event.position.record}`,
  });
}
