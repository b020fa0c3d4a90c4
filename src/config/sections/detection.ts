import { z } from 'zod';
import { section, text } from '../setting.ts';

const ruleOverride = z.strictObject({
  enabled: z.boolean().optional().meta({ description: 'Whether the rule runs.' }),
  severity: z
    .enum(['low', 'medium', 'high', 'critical'])
    .optional()
    .meta({ description: 'Severity of its alerts.' }),
  riskScore: z.int().min(0).max(100).optional().meta({ description: 'Risk score of its alerts.' }),
});

export const detection = section('Which rules run, and how severe their alerts are.', {
  exclusions: z
    .boolean()
    .default(true)
    .meta({ description: 'Whether the exclusions that ship with the event rules apply.' }),
  rules: z
    .record(text(128), ruleOverride)
    .default({})
    .meta({ description: 'What to change in a rule, by its id; keys left out keep what the rule says.' }),
});
