/** What the model says of one process start. */
export interface Prediction {
  /** 1 when the model calls it malicious at its bundle's decision threshold. */
  readonly prediction: 0 | 1;
  /** Of the predicted class, as Elastic writes `problemchild.prediction_probability`. */
  readonly predictionProbability: number;
  /** P(malicious), 0..1. */
  readonly maliciousProbability: number;
}
