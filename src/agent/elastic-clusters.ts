import { hash } from 'node:crypto';
import { predictionToEcs, type WireDocument } from '../alert/index.ts';
import type { Config } from '../config/index.ts';
import { AgentError } from '../errors/index.ts';
import { decodeJson, type HostEvent, toEcs } from '../event/index.ts';
import {
  createTimers,
  type DestinationSettings,
  ElasticApi,
  type ElasticAssets,
  Elasticsearch,
  type ElasticsearchSettings,
  type Hit,
  type HuntOptions,
  type HuntScore,
  type HuntTally,
  hunt,
  openAuthorization,
  openHttp,
  setUpElastic,
} from '../forward/index.ts';
import type { Log } from '../log/index.ts';
import type { Scorer } from '../problemchild/index.ts';
import { createSurroundings, type ForwardingOptions } from './forwarding.ts';
import { openModel, openTable } from './input.ts';
import { scoreBatch, startsOf } from './scoring.ts';

/** Installs the assets on the cluster of a configured destination. Returns what was done, for people. */
export async function installElasticAssets(
  options: ForwardingOptions,
  name: string | undefined,
  kibanaUrl: string | undefined,
  assets: ElasticAssets,
): Promise<readonly string[]> {
  const settings = findCluster(options.config, name);
  const surroundings = await createSurroundings(options);
  const authorization = openAuthorization(settings, surroundings.secrets);
  const open = (url: string): ElasticApi =>
    new ElasticApi(url, openHttp(settings, surroundings), authorization, 'PC_FORWARD_SETUP');
  const cluster = open(settings.hosts[0] ?? '');
  const kibana = kibanaUrl === undefined ? undefined : open(kibanaUrl);
  try {
    return await setUpElastic(cluster, kibana, assets);
  } finally {
    await cluster.close();
    await kibana?.close();
  }
}

export interface HuntRunOptions extends Omit<HuntOptions, 'key'> {
  /** Destination whose cluster is searched; absent where only one is configured. */
  readonly destination: string | undefined;
  /** Data stream that takes the scores. */
  readonly target: string;
  /** Least malicious probability of a start whose score is written. */
  readonly minProbability: number;
}

/** What a hunt did; `read` = `scored` + `refused` + `other`. */
export interface HuntReport extends HuntTally {
  scored: number;
  /** Documents that no process start could be made of. */
  refused: number;
  other: number;
}

/** Scores the process starts that a cluster holds, and writes the scores back. */
export async function runHunt(
  options: ForwardingOptions,
  run: HuntRunOptions,
  log: Log,
): Promise<HuntReport> {
  const settings = findCluster(options.config, run.destination);
  const surroundings = await createSurroundings(options);
  const authorization = openAuthorization(settings, surroundings.secrets);
  const hosts = settings.hosts.map((host) => host.replace(/\/+$/, ''));
  const api = new ElasticApi(
    hosts[0] ?? '',
    openHttp(settings, surroundings),
    authorization,
    'PC_HUNT_SEARCH',
  );
  const bulk = { hosts, index: run.target, authorization, gzip: settings.gzip, pipeline: undefined };
  const target = new Elasticsearch(
    bulk,
    openHttp(settings, surroundings),
    ({ document }) => document,
    Math.random,
  );
  const scorer = await openModel(options.config);
  const counts = { scored: 0, refused: 0, other: 0 };
  try {
    const tally = await hunt(
      { ...run, key: `${scorer.bundle.name} ${run.target} ${run.minProbability}` },
      {
        api,
        product: await api.product(),
        target,
        timers: createTimers(),
        random: Math.random,
        log,
        openScorer: () => createHuntScorer(options.config, scorer, run.minProbability, counts),
      },
    );
    return { ...tally, ...counts };
  } finally {
    await Promise.all([api.close(), target.close(), scorer.close()]);
  }
}

function createHuntScorer(
  config: Config,
  scorer: Scorer,
  minProbability: number,
  counts: { scored: number; refused: number; other: number },
) {
  const table = openTable(config);
  return {
    async score(hits: readonly Hit[], isWarmUp: boolean): Promise<readonly HuntScore[]> {
      const events: HostEvent[] = [];
      const origins = new Map<string, Hit>();
      for (const [index, hit] of hits.entries()) {
        const position = { source: hit.index, record: index + 1, offset: 0 };
        const decoded = decodeJson(JSON.stringify(hit.source), position);
        if (decoded.kind === 'refused') counts.refused += isWarmUp ? 0 : 1;
        else if (decoded.kind === 'filtered') counts.other += isWarmUp ? 0 : 1;
        else {
          if (decoded.kind !== 'start') counts.other += isWarmUp ? 0 : 1;
          else origins.set(decoded.id, hit);
          events.push(decoded);
        }
      }
      if (isWarmUp) {
        for (const event of events) table.observe(event);
        return [];
      }
      const { batch, occurrences } = await scoreBatch({ events, rejections: [] }, table, scorer);
      const scored = startsOf(occurrences);
      counts.scored += scored.length;
      counts.refused += batch.rejections.length;
      return scored
        .filter(({ prediction }) => prediction.maliciousProbability >= minProbability)
        .map(({ event, prediction }) => {
          const origin = origins.get(event.id);
          const source = [origin?.index ?? '', origin?.id ?? event.id] as const;
          const document: WireDocument = toEcs(event);
          const own = {
            ...document,
            '@timestamp': event.timestamp ?? new Date(event.timeMs).toISOString(),
            event: {
              ...(document['event'] as WireDocument),
              id: hash('sha256', ['hunt', ...source, scorer.bundle.name].join('\n'), 'hex').slice(0, 32),
              dataset: 'problemchild.score',
            },
            problemchild: {
              ...predictionToEcs(prediction),
              hunt: { index: source[0], id: source[1], model: scorer.bundle.name },
            },
          };
          return { document: JSON.stringify(own), timeMs: event.timeMs };
        });
    },
  };
}

/** @throws AgentError PC_USAGE when the name is not that of an Elasticsearch destination, or there are several */
function findCluster({ forward }: Config, name: string | undefined): ElasticsearchSettings {
  const isCluster = (each: DestinationSettings): each is ElasticsearchSettings =>
    each.type === 'elasticsearch';
  const found = Object.entries(forward.destinations).flatMap(([key, each]) =>
    isCluster(each) && (name === undefined || name === key) ? [each] : [],
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const why =
    found.length > 1
      ? 'there are several: name one'
      : `there is none${name === undefined ? '' : ` named ${name}`}`;
  throw new AgentError('PC_USAGE', `a destination of type elasticsearch is needed; ${why}`);
}
