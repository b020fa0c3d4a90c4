import type { ProcessEvent } from '../event/index.ts';
import { matchesBlocklist } from './elastic-blocklist.ts';
import { type ElasticFields, type ElasticGeneration, extractElasticFields } from './elastic-fields.ts';
import type { KeywordFlags } from './elastic-keywords.ts';
import type { FeatureValue, NamedFeatures } from './feature-set.ts';

/** A feature that is one value, under its Elastic name. */
export interface ScalarFeature {
  readonly name: string;
  readonly kind: 'text' | 'boolean' | 'flag';
  readonly read: (fields: ElasticFields) => FeatureValue;
}

/** A text that Elastic cuts into bigrams, under its Elastic name. */
export interface TextFeature extends ScalarFeature {
  readonly read: (fields: ElasticFields) => string;
}

/** Texts longer than this are cut, in UTF-16 units. */
export const bigramPositions = 100;

/** In the order Elastic cuts them. */
export const textFeatures: readonly TextFeature[] = [
  { name: 'feature_process_name', kind: 'text', read: (fields) => fields.processName },
  { name: 'feature_process_parent_name', kind: 'text', read: (fields) => fields.parentName },
  { name: 'feature_process_executable', kind: 'text', read: (fields) => fields.executable },
  { name: 'feature_process_parent_executable', kind: 'text', read: (fields) => fields.parentExecutable },
  { name: 'feature_command_line', kind: 'text', read: (fields) => fields.commandLine },
];

const commonFeatures: readonly ScalarFeature[] = [
  ...textFeatures,
  { name: 'feature_event_action', kind: 'text', read: (fields) => fields.eventAction },
  { name: 'feature_elevation_type', kind: 'text', read: (fields) => fields.elevationType },
  { name: 'feature_integrity_level', kind: 'text', read: (fields) => fields.integrityLevel },
  { name: 'feature_process_pe_original_file_name', kind: 'text', read: (fields) => fields.originalFileName },
  { name: 'feature_user_id', kind: 'text', read: (fields) => fields.userId },
  { name: 'feature_elevated', kind: 'boolean', read: (fields) => fields.elevated },
  { name: 'feature_process_signed', kind: 'boolean', read: (fields) => fields.signed },
  { name: 'feature_process_signer_trusted', kind: 'boolean', read: (fields) => fields.signerTrusted },
  { name: 'feature_filename_mismatch', kind: 'boolean', read: (fields) => fields.filenameMismatch },
  { name: 'feature_running_as_system', kind: 'boolean', read: (fields) => fields.runningAsSystem },
  { name: 'feature_ends_with_exe', kind: 'boolean', read: (fields) => fields.endsWithExe },
  { name: 'feature_normalized_ppath', kind: 'text', read: (fields) => fields.normalizedPath },
];

const commandFlags: readonly ScalarFeature[] = [
  { name: 'feature_cmd_obfuscation', kind: 'flag', read: (fields) => fields.obfuscated! },
  flag('feature_cmd_credential_access', 'credentialAccess'),
  flag('feature_cmd_download_cradle', 'downloadCradle'),
  flag('feature_cmd_lateral_movement', 'lateralMovement'),
  flag('feature_cmd_kerberoasting', 'kerberoasting'),
  flag('feature_cmd_recon', 'recon'),
  flag('feature_cmd_defense_evasion', 'defenseEvasion'),
  flag('feature_cmd_persistence', 'persistence'),
  flag('feature_cmd_exfiltration', 'exfiltration'),
];

function flag(name: string, key: keyof KeywordFlags): ScalarFeature {
  return { name, kind: 'flag', read: (fields) => fields.keywordFlags![key] };
}

export const scalarFeatures: Readonly<Record<ElasticGeneration, readonly ScalarFeature[]>> = {
  g1: commonFeatures,
  g2: [...commonFeatures, ...commandFlags],
};

/** The name of a text's bigram at a position, from 0. */
export function bigramName(text: string, position: number): string {
  return `${text}_2-gram_feature${position}`;
}

/**
 * Every feature of Elastic's pipeline by name: booleans as booleans, flags as 0 or 1, and for each text one
 * bigram a position. The last position has no second character and is the empty string; positions past the
 * text are absent. Generation 1 adds `blocklist_label: 1` where its blocklist matches (never 0); Elastic
 * stores that label only on events the model calls benign.
 */
export function elasticFeatures(event: ProcessEvent, generation: ElasticGeneration): NamedFeatures {
  const fields = extractElasticFields(event, generation);
  const features: Record<string, FeatureValue> = {};
  for (const { name, read } of scalarFeatures[generation]) features[name] = read(fields);
  textFeatures.forEach(({ read }, index) => {
    addBigrams(features, bigramNames[index]!, read(fields));
  });
  if (generation === 'g1' && matchesBlocklist(fields.commandLine)) features['blocklist_label'] = 1;
  return features;
}

/** Made once: there are as many names as an event has features. */
const bigramNames = textFeatures.map(({ name }) =>
  Array.from({ length: bigramPositions }, (_, position) => bigramName(name, position)),
);

function addBigrams(features: Record<string, FeatureValue>, names: readonly string[], text: string): void {
  const length = Math.min(text.length, bigramPositions);
  for (let position = 0; position < length; position++) {
    features[names[position]!] = position + 1 < length ? text.substring(position, position + 2) : '';
  }
}

/** For generation 1's label on events its model calls benign. */
export function isBlocklisted(event: ProcessEvent): boolean {
  return matchesBlocklist(extractElasticFields(event, 'g1').commandLine);
}
