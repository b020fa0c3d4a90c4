import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { siemAssetsFolder } from '../agent/index.ts';

/** The files of siem/elastic/ that `siem elastic setup` installs. */
export function loadElasticAssets() {
  const read = (name: string): string => readFileSync(join(siemAssetsFolder, 'elastic', name), 'utf8');
  const parse = (name: string) => JSON.parse(read(name)) as Record<string, unknown>;
  return {
    indexTemplate: parse('index-template.json'),
    ilmPolicy: parse('ilm-policy.json'),
    ismPolicy: parse('ism-policy.json'),
    ingestPipeline: parse('ingest-pipeline.json'),
    dashboard: read('dashboard.ndjson'),
  };
}
