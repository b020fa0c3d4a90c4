import { AgentError } from '../../errors/index.ts';
import type { FeatureSet } from '../feature-set.ts';
import { denseColumns } from './columns.ts';
import { featureFactsOf } from './feature-facts.ts';
import { createExtractor, slotCapacity } from './features.ts';
import { viewsOf } from './long-line.ts';

const slotNames = Array.from(
  { length: slotCapacity },
  (_, index) => `slot.${String(index).padStart(3, '0')}`,
);

/** Columns of the model: the dense part by name, then the hashed part's buckets, 0 where a slot is empty. */
const agentV1Inputs: readonly string[] = [...denseColumns.map(({ name }) => name), ...slotNames];

/**
 * The features of the shipped model: what a program is, where it lies and who started it, and the
 * kinds of words its command line holds (dense), beside hashed words and letters (buckets).
 */
export const agentV1: FeatureSet = {
  name: 'agent-v1',
  version: 1,
  readsLineage: true,
  createEncoder(parameters) {
    const inputs = parameters?.inputs ?? agentV1Inputs;
    const at = agentV1Inputs.findIndex((name, index) => name !== inputs[index]);
    if (at >= 0 || inputs.length !== agentV1Inputs.length) {
      const differs =
        at >= 0
          ? `input ${at} is ${JSON.stringify(inputs[at])}, agent-v1 has ${JSON.stringify(agentV1Inputs[at])}`
          : `${inputs.length} inputs, agent-v1 has ${agentV1Inputs.length}`;
      throw new AgentError('PC_MODEL_INPUTS', differs);
    }
    const { extract, factsOf } = createExtractor();
    return {
      width: agentV1Inputs.length,
      inputs: agentV1Inputs,
      write(event, out, offset) {
        const { dense, slots } = extract(event);
        out.set(dense, offset);
        const first = offset + dense.length;
        for (let i = 0; i < slots.count; i++) out[first + i] = slots.buckets[i]!;
        out.fill(0, first + slots.count, first + slotCapacity);
      },
      factsOf: featureFactsOf,
      readFactsOf: factsOf,
      viewsOf,
    };
  },
  describe(event) {
    const { dense, slots } = createExtractor().extract(event);
    const named: Record<string, number> = {};
    denseColumns.forEach(({ name }, index) => {
      named[name] = dense[index]!;
    });
    for (let i = 0; i < slots.count; i++) named[slotNames[i]!] = slots.buckets[i]!;
    return named;
  },
};
