import type { ProcessEvent, Provider } from '../event/index.ts';

/**
 * Whether what a host sends still looks like what the model was made for: how the scores spread and which
 * fields are missing, by provider, against the bundle's reference. Counts only, a few hundred bytes, and
 * the same whatever order or batches the events come in.
 */

/** Upper edges of P(malicious) of all bins but the last. Narrow where the model's scores crowd. */
const scoreEdges: readonly number[] = [
  1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 0.995,
];

/** Fields whose absence is counted, and how to see it. */
const fields = {
  'process.name': (event: ProcessEvent) => event.process.name,
  'process.executable': (event: ProcessEvent) => event.process.executable,
  'process.command_line': (event: ProcessEvent) => event.process.commandLine ?? event.process.args,
  'process.pe.original_file_name': (event: ProcessEvent) => event.process.originalFileName,
  'process.parent.name': (event: ProcessEvent) =>
    event.process.parent.name ?? event.process.parent.executable,
  'process.parent.command_line': (event: ProcessEvent) => event.process.parent.commandLine,
  'user.id': (event: ProcessEvent) => event.user.id ?? event.user.name,
  'process.token': (event: ProcessEvent) =>
    event.process.token.integrityLevel ?? event.process.token.mandatoryLabel,
} as const;

export type DriftField = keyof typeof fields;
const driftFields = Object.keys(fields) as readonly DriftField[];

/** Counts of one provider. */
export interface ProviderCounts {
  readonly events: number;
  /** By bin, `scoreEdges.length + 1` of them. */
  readonly scores: readonly number[];
  /** Events without the field. */
  readonly missing: Readonly<Record<DriftField, number>>;
}

/** JSON as it is kept in the state file and in bundle.json. */
export type DriftCounts = Readonly<Partial<Record<Provider, ProviderCounts>>>;

interface MutableCounts {
  events: number;
  readonly scores: number[];
  readonly missing: Record<DriftField, number>;
}

/** Counts events as they are scored. */
export interface DriftTally {
  count(event: ProcessEvent, maliciousProbability: number): void;
  /** A copy of the counts so far. */
  snapshot(): DriftCounts;
}

export function createDriftTally(from: DriftCounts = {}): DriftTally {
  const counts: Partial<Record<Provider, MutableCounts>> = structuredClone(from) as never;
  return {
    count(event, maliciousProbability) {
      let own = counts[event.provider];
      if (own === undefined) {
        own = emptyCounts();
        counts[event.provider] = own;
      }
      own.events++;
      own.scores[binOf(maliciousProbability)]!++;
      for (const field of driftFields) if (fields[field](event) === undefined) own.missing[field]++;
    },
    snapshot: () => structuredClone(counts) as DriftCounts,
  };
}

export function mergeDriftCounts(a: DriftCounts, b: DriftCounts): DriftCounts {
  const merged: Partial<Record<Provider, ProviderCounts>> = { ...a };
  for (const [provider, counts] of Object.entries(b) as [Provider, ProviderCounts][]) {
    const known = merged[provider];
    merged[provider] =
      known === undefined
        ? counts
        : {
            events: known.events + counts.events,
            scores: known.scores.map((count, bin) => count + counts.scores[bin]!),
            missing: Object.fromEntries(
              driftFields.map((field) => [field, known.missing[field] + counts.missing[field]]),
            ) as Record<DriftField, number>,
          };
  }
  return merged;
}

export interface ProviderDrift {
  readonly provider: Provider;
  readonly events: number;
  /** Too few events, or a provider the model was never measured on, cannot be judged. */
  readonly verdict: 'steady' | 'shifting' | 'drifted' | 'tooFewEvents' | 'noReference';
  /** Population stability index of the scores: below 0.1 steady, above 0.25 drifted, by common convention. */
  readonly stabilityIndex: number | undefined;
  /** Fields whose share of absence moved by more than 0.2. */
  readonly fields: readonly FieldDrift[];
}

export interface FieldDrift {
  readonly field: DriftField;
  readonly referenceShare: number;
  readonly observedShare: number;
}

/** Fewer events than this say nothing about a distribution of seventeen bins. */
const leastEvents = 500;
const shiftingIndex = 0.1;
const driftedIndex = 0.25;
const fieldShare = 0.2;

/** One judgement per provider of `observed`, in the order of their names. */
export function compareDrift(reference: DriftCounts, observed: DriftCounts): ProviderDrift[] {
  return (Object.entries(observed) as [Provider, ProviderCounts][])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([provider, counts]) => {
      const expected = reference[provider];
      const { events } = counts;
      if (expected === undefined || expected.events === 0) {
        return { provider, events, verdict: 'noReference', stabilityIndex: undefined, fields: [] };
      }
      const moved = driftFields
        .map((field) => ({
          field,
          referenceShare: expected.missing[field] / expected.events,
          observedShare: events === 0 ? 0 : counts.missing[field] / events,
        }))
        .filter(({ referenceShare, observedShare }) => Math.abs(referenceShare - observedShare) > fieldShare);
      if (events < leastEvents) {
        return { provider, events, verdict: 'tooFewEvents', stabilityIndex: undefined, fields: moved };
      }
      const stabilityIndex = stabilityIndexOf(expected.scores, counts.scores);
      const verdict =
        stabilityIndex > driftedIndex || moved.length > 0
          ? 'drifted'
          : stabilityIndex > shiftingIndex
            ? 'shifting'
            : 'steady';
      return { provider, events, verdict, stabilityIndex, fields: moved };
    });
}

/** Σ (observed − expected) · ln(observed / expected) over shares, each bin with half an event added. */
function stabilityIndexOf(expected: readonly number[], observed: readonly number[]): number {
  const share = (counts: readonly number[], bin: number): number =>
    (counts[bin]! + 0.5) / (counts.reduce((sum, count) => sum + count, 0) + counts.length / 2);
  let index = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    const e = share(expected, bin);
    const o = share(observed, bin);
    index += (o - e) * Math.log(o / e);
  }
  return index;
}

function binOf(probability: number): number {
  let bin = 0;
  while (bin < scoreEdges.length && probability >= scoreEdges[bin]!) bin++;
  return bin;
}

function emptyCounts(): MutableCounts {
  return {
    events: 0,
    scores: new Array<number>(scoreEdges.length + 1).fill(0),
    missing: Object.fromEntries(driftFields.map((field) => [field, 0])) as Record<DriftField, number>,
  };
}
