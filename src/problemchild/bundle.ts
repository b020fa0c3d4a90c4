import * as z from 'zod';
import { AgentError } from '../errors/index.ts';
import type { JsonValue } from './feature-set.ts';
import { featureSets } from './feature-sets.ts';

/** The only bundle format there has been. */
export const bundleFormatVersion = 1;

const Name = z.string().min(1).max(512);
const Probability = z.number().min(0).max(1);
const CategoryNumbers = z.record(z.string(), z.number());
const Json: z.ZodType<JsonValue> = z.json();

const EncoderSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('frequency'), field: Name, output: Name, values: CategoryNumbers }),
  z.strictObject({
    type: z.literal('target_mean'),
    field: Name,
    output: Name,
    values: CategoryNumbers,
    default: z.number(),
  }),
  z.strictObject({ type: z.literal('one_hot'), field: Name, columns: z.record(z.string(), Name) }),
  z.strictObject({
    type: z.literal('n_gram'),
    field: Name,
    prefix: Name,
    lengths: z.array(z.int().min(1).max(5)).min(1).readonly(),
    start: z.int(),
    length: z.int().min(1).max(100),
  }),
]);

/** bundle.json: everything about a model but its weights. */
const BundleSchema = z.strictObject({
  formatVersion: z.literal(bundleFormatVersion),
  /** Folder name and `problemchild.model` of every alert. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
  featureSet: z.strictObject({ name: Name, version: z.int().min(1) }),
  /** Columns of the network's input, in order. */
  inputs: z
    .array(Name)
    .min(1)
    .max(100_000)
    .refine((inputs) => new Set(inputs).size === inputs.length, 'an input is listed twice')
    .readonly(),
  encoders: z.array(EncoderSchema).readonly().optional(),
  booleans: z.enum(['missing', 'number']).optional(),
  /** The feature set's own parameters. */
  parameters: Json.optional(),
  weights: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  /** The labels of class 0 and class 1, in the model's own order. */
  classLabels: z.tuple([Name, Name]),
  /** Which of them means malicious. */
  maliciousClass: z.union([z.literal(0), z.literal(1)]),
  /** `prediction` is 1 from this P(malicious) on; not used where there are classification weights. */
  decisionThreshold: Probability,
  /** The cut of the high-probability rule. */
  highProbabilityThreshold: Probability,
  /** One per class: the class with the greater product of probability and weight is predicted. */
  classificationWeights: z.tuple([z.number().min(0), z.number().min(0)]).optional(),
  /** What it was trained on, with what, when: for people. */
  training: z.record(z.string(), Json),
  /** What was measured of it: for people. */
  metrics: z.record(z.string(), Json),
});

export type Bundle = z.infer<typeof BundleSchema>;

/**
 * Checks a parsed bundle.json and that this agent's feature sets can feed the model.
 * @param where the file, for messages.
 * @throws AgentError PC_MODEL_VERSION, PC_MODEL_INVALID, PC_MODEL_FEATURE_SET or PC_MODEL_INPUTS.
 */
export function parseBundle(value: unknown, where: string): Bundle {
  requireFormatVersion(value, where);
  const parsed = BundleSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const key = issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
    throw new AgentError('PC_MODEL_INVALID', `${key}${issue.message}`, { where });
  }
  const bundle = parsed.data;
  requireFeatureSet(bundle, where);
  return bundle;
}

/** Before anything else, so that a newer format is not reported as a broken older one. */
function requireFormatVersion(value: unknown, where: string): void {
  if (typeof value !== 'object' || value === null || !('formatVersion' in value)) {
    throw new AgentError('PC_MODEL_INVALID', 'formatVersion is missing', { where });
  }
  if (value.formatVersion !== bundleFormatVersion) {
    const found = JSON.stringify(value.formatVersion)?.slice(0, 40);
    throw new AgentError(
      'PC_MODEL_VERSION',
      `bundle format ${found}, this agent reads ${bundleFormatVersion}`,
      { where },
    );
  }
}

function requireFeatureSet({ featureSet }: Bundle, where: string): void {
  const { name, version } = featureSet;
  const known = Object.hasOwn(featureSets, name) ? featureSets[name] : undefined;
  if (known === undefined) {
    const names = Object.keys(featureSets).join(', ');
    throw new AgentError('PC_MODEL_FEATURE_SET', `feature set ${JSON.stringify(name)}; there are ${names}`, {
      where,
    });
  }
  if (known.version !== version) {
    throw new AgentError(
      'PC_MODEL_VERSION',
      `trained on ${name} version ${version}, this agent has version ${known.version}`,
      { where },
    );
  }
}
