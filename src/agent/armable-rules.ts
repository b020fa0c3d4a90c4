import type { Config, ConfigProblemAt } from '../config/index.ts';
import { loadRules, type Rule } from '../detection/index.ts';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal, findNearest } from '../text/index.ts';

/**
 * The id of the rule that a person means by an id or a name. A rule that does not exist, or that fires on clusters
 * and so is never acted on, would leave somebody believing that the agent is armed.
 * @throws AgentError PC_USAGE naming the nearest rule, and those that there are
 */
export function findArmableRule(config: Config, named: string): string {
  const wanted = named.toLowerCase();
  const rules = loadRules(config.detection.rulesFolder ?? undefined);
  const rule = rules.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  if (rule?.kind === 'event') return rule.id;
  const armable = rules.filter(isArmable).map(({ id, name }) => `${id} (${name})`);
  throw new AgentError(
    'PC_USAGE',
    `${escapeForTerminal(named, 256)} ${explain(rules, rule, named)}; there are ${armable.join(', ')}`,
  );
}

/** What response.rules says about rules that nothing is ever done for: a slip there would go unnoticed until needed. */
export function findUnarmableRules(config: Config, rules?: readonly Rule[]): ConfigProblemAt[] {
  const named = Object.keys(config.response.rules);
  if (named.length === 0) return [];
  const known = rules ?? loadRules(config.detection.rulesFolder ?? undefined);
  return named.flatMap((id) => {
    const rule = known.find((each) => each.id === id);
    if (rule?.kind === 'event') return [];
    return [{ path: ['response', 'rules', id], message: explain(known, rule, id) }];
  });
}

/**
 * As {@link findUnarmableRules}, where the rules came after the configuration was read.
 * @throws AgentError PC_CONFIG_INVALID_VALUE
 */
export function assertArmableRules(config: Config, rules: readonly Rule[]): void {
  const problems = findUnarmableRules(config, rules);
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new AgentError('PC_CONFIG_INVALID_VALUE', lines.join('\n'));
}

function explain(rules: readonly Rule[], rule: Rule | undefined, named: string): string {
  if (rule !== undefined) return 'is about clusters, and never acted on';
  const armable = rules.filter(isArmable);
  const nearest =
    findNearest(
      named,
      armable.map(({ id }) => id),
    ) ??
    findNearest(
      named,
      armable.map(({ name }) => name),
    );
  const meant = armable.find(({ id, name }) => id === nearest || name === nearest);
  return meant === undefined
    ? 'is no rule'
    : `is no rule; did you mean ${meant.id} (${escapeForTerminal(meant.name, 120)})?`;
}

function isArmable({ kind }: Rule): boolean {
  return kind === 'event';
}
