/** What the model says of one process start. */
export interface Prediction {
  /** 1 when the model calls it malicious at its bundle's decision threshold. */
  readonly prediction: 0 | 1;
  /** Of the predicted class, as Elastic writes `problemchild.prediction_probability`. */
  readonly predictionProbability: number;
  /** P(malicious), 0..1. */
  readonly maliciousProbability: number;
  /** 1 when a model of the first generation said 0 and its blocklist disagrees; else absent. */
  readonly blocklistLabel: 1 | undefined;
}
