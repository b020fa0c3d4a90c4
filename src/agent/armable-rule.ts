import type { Config } from '../config/index.ts';
import { loadRules } from '../detection/index.ts';
import { AgentError } from '../errors/index.ts';

/**
 * The id of the rule that a person means by an id or a name. A rule that does not exist, or that fires on clusters
 * and so is never acted on, would leave somebody believing that the agent is armed.
 * @throws AgentError PC_USAGE naming the rules that there are
 */
export function findArmableRule(config: Config, named: string): string {
  const wanted = named.toLowerCase();
  const rules = loadRules(config.detection.rulesFolder ?? undefined);
  const rule = rules.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  if (rule?.kind === 'event') return rule.id;
  const armable = rules.filter(({ kind }) => kind === 'event').map(({ id, name }) => `${id} (${name})`);
  const why = rule === undefined ? 'is no rule' : 'is about clusters, and never acted on';
  throw new AgentError('PC_USAGE', `${named} ${why}; there are ${armable.join(', ')}`);
}
