import { RE2JS } from 're2js';
import * as z from 'zod';
import type { ProcessEvent } from '../../event/index.ts';
import { memoize } from '../../text/index.ts';

const TechniqueFact = z.strictObject({
  id: z.string().regex(/^T\d{4}(\.\d{3})?$/),
  name: z.string().min(1),
  tactic: z.string().regex(/^TA\d{4}$/),
  /** RE2, over the lower-case command line; absent: always. */
  when: z.string().min(1).optional(),
});

const BinaryFactSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9_.-]+$/),
  aka: z.array(z.string().regex(/^[a-z0-9_.-]+$/)).optional(),
  purpose: z.string().min(1),
  abuse: z.string().min(1),
  check: z.string().min(1),
  /** Tells people about the host, and little else. */
  recon: z.boolean().default(false),
  techniques: z.array(TechniqueFact).min(1),
});

export const BinaryFactsSchema = z.array(BinaryFactSchema).min(1);

export type BinaryFact = z.output<typeof BinaryFactSchema>;

/** A technique of ATT&CK that something on a command line speaks for. */
export interface TechniqueClue {
  readonly id: string;
  readonly name: string;
  /** Id of the tactic, as `TA0005`. */
  readonly tactic: string;
}

interface CompiledFact {
  readonly fact: BinaryFact;
  /** What a command line speaks for. */
  readonly cluesOf: (line: string) => readonly TechniqueClue[];
}

/** Longest command line that is looked at. */
const maxLineLength = 8_192;
/** Command lines remembered of each program: every alert looks anew at all starts of its cluster. */
const rememberedLines = 256;

/** What is known of programs that serve administrators and intruders alike. */
export class BinaryFacts {
  readonly #byName = new Map<string, CompiledFact>();

  constructor(facts: readonly BinaryFact[]) {
    for (const fact of facts) {
      const compiled = { fact, cluesOf: memoize(compileClues(fact), rememberedLines) };
      for (const name of [fact.name, ...(fact.aka ?? [])]) this.#byName.set(name, compiled);
    }
  }

  of(name: string | undefined): BinaryFact | undefined {
    return name === undefined ? undefined : this.#byName.get(name.toLowerCase())?.fact;
  }

  isRecon(name: string | undefined): boolean {
    return this.of(name)?.recon === true;
  }

  /** What a start speaks for, by its program (or the one it was renamed from) and its command line. */
  techniquesOf({ process }: ProcessEvent): readonly TechniqueClue[] {
    return this.clues(process.originalFileName, process.commandLine).concat(
      this.of(process.originalFileName) === this.of(process.name)
        ? []
        : this.clues(process.name, process.commandLine),
    );
  }

  /** What a program with a command line speaks for. */
  clues(name: string | undefined, commandLine: string | undefined): readonly TechniqueClue[] {
    const compiled = name === undefined ? undefined : this.#byName.get(name.toLowerCase());
    return compiled?.cluesOf((commandLine ?? '').slice(0, maxLineLength)) ?? [];
  }
}

function compileClues({ techniques }: BinaryFact): (line: string) => readonly TechniqueClue[] {
  const compiled = techniques.map(({ id, name, tactic, when }) => ({
    clue: { id, name, tactic },
    when: when === undefined ? undefined : RE2JS.compile(when),
  }));
  return (line) => {
    const text = line.toLowerCase();
    return compiled
      .filter(({ when }) => when === undefined || when.matcher(text).find())
      .map(({ clue }) => clue);
  };
}
