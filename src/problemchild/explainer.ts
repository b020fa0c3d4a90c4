import type { ProcessEvent } from '../event/index.ts';
import { denseColumns } from './agent-v1/columns.ts';
import { createExtractor } from './agent-v1/features.ts';
import { viewsOf } from './agent-v1/long-line.ts';
import { describeSlot, nameOf } from './agent-v1/slot-text.ts';
import type { Explanation } from './explanation.ts';
import { createShapleySums } from './shapley-sums.ts';
import { type ExplainedTree, expectedValue } from './tree-shap.ts';

/** One thing that moved an event's score. */
export interface Contribution {
  /** For people: printable ASCII, bounded; quotes what the event said. */
  readonly text: string;
  /** Log-odds it added (towards malicious) or took away. */
  readonly weight: number;
  /** Column or kind of slot, for machines. */
  readonly feature: string;
}

export interface Explainer {
  /** Log-odds of an event nothing is known of: the baseline and all contributions sum to the event's own. */
  readonly baseline: number;
  /** What moved the score of an event, the strongest first; all of it, or the first `limit`. */
  explain(event: ProcessEvent, limit?: number): Contribution[];
}

/** `explanation` is of the bundle whose scores are asked about: its loader has checked that. */
export function openExplainer(explanation: Explanation): Explainer {
  const weightOf = readWeights(explanation);
  const trees: readonly ExplainedTree[] = explanation.trees;
  const { slope, offset, bias, linearShare, treeShare, leastSlots } = explanation;
  const expected = trees.reduce((sum, tree) => sum + expectedValue(tree), 0);
  const addTreeValues = createShapleySums(trees, slope * treeShare);
  const { extract } = createExtractor();

  const baseline = slope * (bias + treeShare * expected - offset);

  function contributionsOf(event: ProcessEvent): Contribution[] {
    const features = extract(event);
    const { dense, slots, child, parent } = features;
    const byText = new Map<string, { weight: number; feature: string; strongest: number }>();
    const add = (text: string, weight: number, feature: string): void => {
      const known = byText.get(text);
      if (known === undefined) byText.set(text, { weight, feature, strongest: Math.abs(weight) });
      else {
        known.weight += weight;
        if (Math.abs(weight) > known.strongest) {
          known.strongest = Math.abs(weight);
          known.feature = feature;
        }
      }
    };

    const values = new Float64Array(denseColumns.length);
    addTreeValues(dense, values);
    values.forEach((value, index) => {
      if (value === 0) return;
      const { name, text } = denseColumns[index]!;
      add(describeDense(name, text, dense[index]!, child.program, parent.program), value, name);
    });

    const scale = (slope * linearShare) / Math.sqrt(Math.max(leastSlots, slots.count));
    for (let i = 0; i < slots.count; i++) {
      const weight = weightOf(slots.buckets[i]!);
      if (weight !== undefined) add(describeSlot(features, i), weight * scale, `slot.${slots.kinds[i]}`);
    }
    return [...byText].map(([text, { weight, feature }]) => ({ text, weight, feature }));
  }

  return {
    baseline,
    explain(event, limit = Number.POSITIVE_INFINITY) {
      let strongest = contributionsOf(event);
      // The score is that of the strongest view.
      for (const view of viewsOf(event)) {
        const other = contributionsOf(view);
        if (sumOf(other) > sumOf(strongest)) strongest = other;
      }
      return strongest
        .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.text < b.text ? -1 : 1))
        .slice(0, limit);
    },
  };
}

function sumOf(contributions: readonly Contribution[]): number {
  return contributions.reduce((sum, { weight }) => sum + weight, 0);
}

/** The weight of a bucket that has one. A map of them would take ten times the memory for as long as the agent runs. */
function readWeights({ buckets, steps, slotStep }: Explanation): (bucket: number) => number | undefined {
  const weighted = new Uint32Array(buckets.length);
  let last = 0;
  buckets.forEach((distance, index) => {
    last += distance;
    weighted[index] = last;
  });
  const weights = Int32Array.from(steps);
  return (bucket) => {
    let low = 0;
    let high = weighted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (weighted[middle]! < bucket) low = middle + 1;
      else high = middle;
    }
    return weighted[low] === bucket ? weights[low]! * slotStep : undefined;
  };
}

/** A dense column in words; what it says where it is 0 is that the thing is missing. */
function describeDense(name: string, text: string, value: number, program: string, parent: string): string {
  if (name.startsWith('parent.class.') && value !== 0) return `${text} (${nameOf(parent)})`;
  if (name.startsWith('child.class.') && value !== 0) return `${nameOf(program)} is ${text}`;
  if (value !== 0) return text;
  return name.startsWith('parent.class.') || name.startsWith('parent.folder.') || name.startsWith('child.')
    ? 'what the program and its parent are not'
    : 'what the event does not show';
}
