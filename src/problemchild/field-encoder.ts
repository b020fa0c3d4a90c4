/**
 * The categorical encoders of Elastic's trained models, in our own spelling. They run in order over
 * one growing map of fields, so that a later one may take what an earlier one made.
 */
export type FieldEncoder = FrequencyEncoder | TargetMeanEncoder | OneHotEncoder | NGramEncoder;

/** An absent field makes nothing; an unseen value makes 0. */
export interface FrequencyEncoder {
  readonly type: 'frequency';
  readonly field: string;
  readonly output: string;
  readonly values: Readonly<Record<string, number>>;
}

/** An absent field makes nothing; an unseen value makes `default`. */
export interface TargetMeanEncoder {
  readonly type: 'target_mean';
  readonly field: string;
  readonly output: string;
  readonly values: Readonly<Record<string, number>>;
  readonly default: number;
}

/** An absent field makes nothing; otherwise every column is made, 1 for the value's own and 0 for the rest. */
export interface OneHotEncoder {
  readonly type: 'one_hot';
  readonly field: string;
  /** Value to column name. */
  readonly columns: Readonly<Record<string, string>>;
}

/** Makes the string field `<prefix>.<n><position>` for each whole n-gram of the stretch. */
export interface NGramEncoder {
  readonly type: 'n_gram';
  readonly field: string;
  readonly prefix: string;
  /** Each 1 to 5, no two alike. */
  readonly lengths: readonly number[];
  /** UTF-16 units; negative counts from the end. */
  readonly start: number;
  /** UTF-16 units, 1 to 100. */
  readonly length: number;
}
