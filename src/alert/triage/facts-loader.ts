import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { BinaryFacts, BinaryFactsSchema } from './binary-facts.ts';

let shipped: BinaryFacts | undefined;

/** The facts that ship with the agent. */
export function loadBinaryFacts(): BinaryFacts {
  shipped ??= new BinaryFacts(
    BinaryFactsSchema.parse(
      parse(readFileSync(fileURLToPath(new URL('./facts.yml', import.meta.url)), 'utf8'), {
        maxAliasCount: 0,
      }),
    ),
  );
  return shipped;
}
