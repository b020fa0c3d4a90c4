import counts from './priors.json' with { type: 'json' };
import type { StartCounts } from './priors.ts';

/** What ordinary Windows activity starts: see models/priors/build.ts. */
export const shippedCounts: StartCounts = counts as StartCounts;
