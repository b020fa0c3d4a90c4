import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type * as z from 'zod';
import { AgentError, messageOf } from '../errors/index.ts';
import { type Rule, RuleOverlaySchema, RuleSchema } from './rule.ts';

const shippedFolder = fileURLToPath(new URL('./rules', import.meta.url));
const maxRuleBytes = 256 * 1024;

/**
 * The shipped rules, changed by the overlays of `overlayFolder`: each of its YAML files names a rule by id
 * and whatever differs, or is a whole rule of its own. Sorted by id. Throws `PC_RULE_INVALID`.
 */
export function loadRules(overlayFolder?: string): Rule[] {
  const rules = new Map<string, Rule>();
  for (const file of listYaml(shippedFolder)) {
    const rule = parseRule(readYaml(file), file);
    if (rules.has(rule.id)) throw invalid(file, `id ${rule.id} is taken by another rule`);
    rules.set(rule.id, rule);
  }
  if (overlayFolder !== undefined) {
    const seen = new Map<string, string>();
    for (const file of listYaml(overlayFolder)) {
      const document = readYaml(file);
      const overlay = RuleOverlaySchema.safeParse(document);
      if (!overlay.success) throw invalid(file, describe(overlay.error));
      const { id } = overlay.data;
      const earlier = seen.get(id);
      if (earlier !== undefined) throw invalid(file, `id ${id} is already changed by ${earlier}`);
      seen.set(id, file);
      rules.set(id, parseRule({ ...rules.get(id), ...overlay.data }, file));
    }
  }
  return [...rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function listYaml(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (cause) {
    throw new AgentError('PC_RULE_INVALID', `cannot read the rules folder ${folder}: ${messageOf(cause)}`, {
      where: folder,
      cause,
    });
  }
}

function readYaml(file: string): unknown {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > maxRuleBytes) throw invalid(file, `is larger than ${maxRuleBytes} bytes`);
    return parse(text, { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw invalid(file, messageOf(error));
  }
}

function parseRule(document: unknown, file: string): Rule {
  const result = RuleSchema.safeParse(document);
  if (!result.success) throw invalid(file, describe(result.error));
  return result.data;
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || '(rule)'}: ${issue.message}`).join('; ');
}

function invalid(file: string, what: string): AgentError {
  return new AgentError('PC_RULE_INVALID', `${file}: ${what}`, { where: file });
}
