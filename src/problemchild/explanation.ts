import * as z from 'zod';

const Numbers = z.array(z.number());
/** What a bundle of feature set agent-v1 keeps for explanations: its trees and linear weights. */
export const ExplanationSchema = z.object({
  slope: z.number(),
  offset: z.number(),
  bias: z.number(),
  linearShare: z.number(),
  treeShare: z.number(),
  leastSlots: z.number().min(1),
  /** Size of a step of the linear weights. */
  slotStep: z.number(),
  /** Buckets with a weight, each as its distance from the one before, and their weights in steps. */
  buckets: Numbers,
  steps: Numbers,
  trees: z.array(
    z.object({
      feature: Numbers,
      threshold: Numbers,
      left: Numbers,
      right: Numbers,
      value: Numbers,
      cover: Numbers,
    }),
  ),
});

export type Explanation = z.infer<typeof ExplanationSchema>;
