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
import { type Facts, RecentAnswers } from './recent-answers.ts';

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
  const network = new RowScorer(encoder, session);
  let previous: Promise<unknown> = Promise.resolve();

  return {
    bundle,
    readsLineage: featureSets[bundle.featureSet.name]!.readsLineage,
    score(events) {
      // All calls share one buffer of rows and one memory, so that they take turns.
      const result = previous.then(() => scoreInTurn(events, bundle, network));
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
  network: RowScorer,
): Promise<Prediction[]> {
  const probabilities = await network.probabilitiesOf(events);
  const { isBlocklisted } = featureSets[bundle.featureSet.name]!;
  return events.map((event, index) => {
    const decision = decideClass(requireProbability(probabilities[index]!, event, bundle), bundle);
    const isListed = decision.prediction === 0 && isBlocklisted?.(event);
    return { ...decision, blocklistLabel: isListed ? 1 : undefined };
  });
}

/**
 * Probabilities remembered, at least; each keeps texts of some hundred units, at most {@link maxFactsLength}. On
 * ordinary hosts two starts in three agree with an earlier one in all that the features read, and of the others up to
 * four in five in what is left of that once numbers, names of users and the like are masked.
 */
const rememberedProbabilities = 1_024;
const maxFactsLength = 2_048;

/** A row that is written, the place of its event in the answer, and what its answer is remembered by. */
interface WaitingRow {
  readonly index: number;
  readonly facts: Facts | undefined;
  readonly readFacts: Facts | undefined;
}

/** Asks the network about events, each distinct one once as long as its answer is remembered. */
class RowScorer {
  readonly #encoder: FeatureEncoder;
  readonly #session: ModelSession;
  readonly #rows: Float32Array;
  readonly #recent = new RecentAnswers<number>(rememberedProbabilities, maxFactsLength);
  /** By facts as they are left once they are read. */
  readonly #recentRead = new RecentAnswers<number>(rememberedProbabilities, maxFactsLength);
  #waiting: WaitingRow[] = [];

  constructor(encoder: FeatureEncoder, session: ModelSession) {
    this.#encoder = encoder;
    this.#session = session;
    this.#rows = new Float32Array(session.maxRows * session.width);
  }

  /** What the network says of each event, unchecked. */
  async probabilitiesOf(events: readonly ProcessEvent[]): Promise<Float64Array> {
    const answer = new Float64Array(events.length).fill(Number.NEGATIVE_INFINITY);
    this.#waiting = [];
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      if (this.#ask(event, index, answer)) await this.#run(answer);
      for (const view of this.#encoder.viewsOf?.(event) ?? []) {
        if (this.#ask(view, index, answer)) await this.#run(answer);
      }
    }
    if (this.#waiting.length > 0) await this.#run(answer);
    return answer;
  }

  /** Answers at once or writes a row; whether there is room for no other row then. */
  #ask(event: ProcessEvent, index: number, answer: Float64Array): boolean {
    const facts = this.#encoder.factsOf?.(event);
    const known = facts === undefined ? undefined : this.#recent.get(facts);
    if (known !== undefined) {
      answer[index] = Math.max(answer[index]!, known);
      return false;
    }
    const readFacts = this.#encoder.readFactsOf?.(event);
    const knownRead = readFacts === undefined ? undefined : this.#recentRead.get(readFacts);
    if (knownRead !== undefined) {
      answer[index] = Math.max(answer[index]!, knownRead);
      if (facts !== undefined) this.#recent.set(facts, knownRead);
      return false;
    }
    this.#encoder.write(event, this.#rows, this.#waiting.length * this.#encoder.width);
    this.#waiting.push({ index, facts, readFacts });
    return this.#waiting.length === this.#session.maxRows;
  }

  async #run(answer: Float64Array): Promise<void> {
    const probabilities = await this.#session.run(this.#rows, this.#waiting.length);
    this.#waiting.forEach(({ index, facts, readFacts }, row) => {
      const probability = probabilities[row]!;
      answer[index] = Math.max(answer[index]!, probability);
      if (facts !== undefined) this.#recent.set(facts, probability);
      if (readFacts !== undefined) this.#recentRead.set(readFacts, probability);
    });
    this.#waiting = [];
  }
}

/** Single precision may end a hair outside 0..1; anything further is no probability. */
const roundingSlack = 1e-6;

function requireProbability(value: number, event: ProcessEvent, bundle: Bundle): number {
  if (value >= -roundingSlack && value <= 1 + roundingSlack) return Math.min(1, Math.max(0, value));
  throw new AgentError('PC_MODEL_OUTPUT', `model ${bundle.name} gave ${value} for event ${event.id}`, {
    where: `${event.position.source}:${event.position.record}`,
  });
}
