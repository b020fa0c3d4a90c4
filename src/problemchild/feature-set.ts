import type { ProcessEvent } from '../event/index.ts';
import type { FieldEncoder } from './field-encoder.ts';
import type { Facts } from './recent-answers.ts';

/** One feature by its name. Strings are attacker-controlled. */
export type FeatureValue = string | number | boolean;
export type NamedFeatures = Readonly<Record<string, FeatureValue>>;

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * A named, versioned way to turn a process start into numbers. Its code here is the only
 * implementation: training reads matrices that `problemchild features` wrote with it.
 */
export interface FeatureSet {
  readonly name: string;
  /** Raised whenever any feature's value changes for any event. A bundle names the version it was trained on. */
  readonly version: number;
  /** Whether it reads a start with what the process table knows of its parent, or as the record tells it. */
  readonly readsLineage: boolean;
  /**
   * Prepares the encoding a model was trained with. `parameters` absent means the set's own columns.
   * @throws AgentError PC_MODEL_INPUTS or PC_MODEL_ENCODERS when the set cannot make what the model asks for.
   */
  createEncoder(parameters?: FeatureParameters): FeatureEncoder;
  /** The features of one event by name, for people and for `problemchild features`. */
  describe(event: ProcessEvent): NamedFeatures;
  /** Whether the set's blocklist matches an event; it is asked only of events the model calls benign. */
  isBlocklisted?(event: ProcessEvent): boolean;
}

/** What a bundle says about the encoding of its inputs. */
export interface FeatureParameters {
  /** Ordered columns of the model. */
  readonly inputs: readonly string[];
  /** Categorical encoders in the order they run; elastic sets only. */
  readonly encoders?: readonly FieldEncoder[];
  /**
   * What a column that takes a boolean feature directly gets: nothing (Elasticsearch's tree inference has no
   * case for booleans) or 1 and 0. Elastic sets only; absent = `missing`.
   */
  readonly booleans?: 'missing' | 'number';
  /** A set's own parameters, e.g. a vocabulary. */
  readonly parameters?: JsonValue;
}

/** Writes rows of a model's input matrix. Holds no state between events. */
export interface FeatureEncoder {
  readonly width: number;
  /** Column names, `width` of them. */
  readonly inputs: readonly string[];
  /** Writes columns `offset` … `offset + width - 1` of `out`; NaN is a missing value. */
  write(event: ProcessEvent, out: Float32Array, offset: number): void;
  /**
   * All that {@link write} reads of an event: events with the same facts, part by part, have the same row, to the
   * last bit. A set that reads too much of an event for facts to repeat has none.
   */
  factsOf?(event: ProcessEvent): Facts;
  /**
   * What is left of those facts once they are read, with the same promise: spellings that the set takes for one are
   * one. Dearer than {@link factsOf}, and cheaper than {@link write} with what follows it.
   */
  readFactsOf?(event: ProcessEvent): Facts;
  /**
   * What one row has no room for, as starts of their own: the score of the event is the highest of theirs and its own.
   * Nearly always none.
   */
  viewsOf?(event: ProcessEvent): readonly ProcessEvent[];
}
