import type { ChannelFacts } from '../../windows/index.ts';
import { type Finding, ok } from './check.ts';
import { formatBytes } from './host-checks.ts';

/** Its size now is known, its limit is not. */
export function describeChannel({ fileBytes, recordCount }: ChannelFacts): Finding {
  return ok(`${recordCount} records in ${formatBytes(fileBytes)}`);
}
