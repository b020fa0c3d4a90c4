import type { ElasticApi } from './elastic-api.ts';

/** The files of siem/elastic/, parsed; the dashboard as it is. */
export interface ElasticAssets {
  readonly indexTemplate: Record<string, unknown>;
  readonly ilmPolicy: object;
  readonly ismPolicy: object;
  readonly ingestPipeline: object;
  readonly dashboard: string;
}

/** Names under which everything is installed. */
const assetName = 'problemchild';

/**
 * Installs lifecycle policy, index template and example ingest pipeline, and the dashboard where a Kibana is given.
 * Running it again brings everything up to date. Returns what was done, for people.
 *
 * @throws AgentError PC_FORWARD_SETUP
 */
export async function setUpElastic(
  cluster: ElasticApi,
  kibana: ElasticApi | undefined,
  assets: ElasticAssets,
): Promise<readonly string[]> {
  const product = await cluster.product();
  const done: string[] = [];
  if (product === 'elasticsearch') {
    await cluster.call('PUT', `/_ilm/policy/${assetName}`, assets.ilmPolicy);
    done.push('lifecycle policy problemchild');
  } else {
    const path = `/_plugins/_ism/policies/${assetName}`;
    // Without the plugin there is nothing at this path (400); an update would need the number of the present one (409).
    const answer = await cluster.call('PUT', path, assets.ismPolicy, { tolerate: [400, 404, 405, 409] });
    done.push(
      answer === undefined ? 'state management left as it is' : 'state management policy problemchild',
    );
  }
  await cluster.call('PUT', `/_ingest/pipeline/${assetName}`, assets.ingestPipeline);
  done.push('ingest pipeline problemchild (used only where a destination names it)');
  await cluster.call('PUT', `/_index_template/${assetName}`, templateFor(product, assets.indexTemplate));
  done.push('index template problemchild for logs-problemchild.*-*');
  if (kibana !== undefined) {
    await importDashboard(kibana, assets.dashboard);
    done.push('dashboard "problemchild: overview"');
  }
  return done;
}

/** OpenSearch refuses settings that it does not know, and lifecycle management is one of Elasticsearch's. */
function templateFor(product: string, template: Record<string, unknown>): object {
  if (product === 'elasticsearch') return template;
  const copy = structuredClone(template) as { template: { settings: Record<string, unknown> } };
  delete copy.template.settings['index.lifecycle.name'];
  return copy;
}

async function importDashboard(kibana: ElasticApi, dashboard: string): Promise<void> {
  const boundary = 'problemchild-saved-objects';
  const body = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="dashboard.ndjson"',
    'Content-Type: application/ndjson',
    '',
    dashboard,
    `--${boundary}--`,
    '',
  ].join('\r\n');
  await kibana.call('POST', '/api/saved_objects/_import?overwrite=true', body, {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'kbn-xsrf': 'problemchild',
      'osd-xsrf': 'problemchild',
    },
  });
}
