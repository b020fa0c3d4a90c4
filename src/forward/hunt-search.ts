import type { ElasticApi } from './elastic-api.ts';

/** A document that a search found. */
export interface Hit {
  readonly id: string;
  readonly index: string;
  readonly source: unknown;
}

export interface HuntPage {
  readonly hits: readonly Hit[];
  /** `@timestamp` of the last one, ms since 1970. */
  readonly lastMs: number;
}

interface SearchAnswer {
  readonly pit_id?: string;
  readonly timed_out?: boolean;
  readonly _shards?: { readonly failed?: number };
  readonly hits: { readonly hits: readonly RawHit[] };
}

interface RawHit {
  readonly _id: string;
  readonly _index: string;
  readonly _source: unknown;
  readonly sort: readonly [number, ...unknown[]];
}

const keepAlive = '5m';

/**
 * Process starts of a stretch of time in the order of their timestamps, page by page: a point in time, so that what
 * comes in meanwhile does not disturb, and `search_after`, so that depth costs nothing.
 *
 * @throws AgentError PC_HUNT_SEARCH; also when shards failed, because what they hold would be missed silently
 */
export async function* searchStarts(
  api: ElasticApi,
  product: 'elasticsearch' | 'opensearch',
  search: {
    readonly index: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly pageSize: number;
  },
): AsyncGenerator<HuntPage> {
  const { index, fromMs, toMs, pageSize } = search;
  let pit = await openPointInTime(api, product, index);
  try {
    let after: readonly unknown[] | undefined;
    for (;;) {
      const answer = (await api.call('POST', '/_search', {
        size: pageSize,
        pit: { id: pit, keep_alive: keepAlive },
        query: startsBetween(fromMs, toMs),
        sort: [{ '@timestamp': { order: 'asc', numeric_type: 'date' } }, ...tieBreak(product)],
        track_total_hits: false,
        ...(after === undefined ? {} : { search_after: after }),
      })) as SearchAnswer;
      if (answer.timed_out === true || (answer._shards?.failed ?? 0) > 0) {
        throw new IncompleteSearch(`${answer._shards?.failed ?? 0} shards failed`);
      }
      pit = answer.pit_id ?? pit;
      const { hits } = answer.hits;
      const last = hits.at(-1);
      if (last === undefined) return;
      after = last.sort;
      yield {
        hits: hits.map(({ _id: id, _index, _source: source }) => ({ id, index: _index, source })),
        lastMs: Number(last.sort[0]),
      };
    }
  } finally {
    const path = product === 'opensearch' ? '/_search/point_in_time' : '/_pit';
    await api.call('DELETE', path, product === 'opensearch' ? { pit_id: [pit] } : { id: pit }, {
      tolerate: [404],
    });
  }
}

/** An answer that leaves something out. */
export class IncompleteSearch extends Error {
  override readonly name = 'IncompleteSearch';
}

/** Elasticsearch breaks ties in a point in time by itself; OpenSearch has nothing of its own for it before 3.x. */
function tieBreak(product: 'elasticsearch' | 'opensearch'): readonly object[] {
  return product === 'opensearch' ? [{ _id: { order: 'asc' } }] : [];
}

async function openPointInTime(
  api: ElasticApi,
  product: 'elasticsearch' | 'opensearch',
  index: string,
): Promise<string> {
  const name = encodeURIComponent(index).replaceAll('%2C', ',');
  const path = product === 'opensearch' ? `/${name}/_search/point_in_time` : `/${name}/_pit`;
  const answer = (await api.call('POST', `${path}?keep_alive=${keepAlive}`)) as {
    id?: string;
    pit_id?: string;
  };
  return answer.id ?? answer.pit_id ?? '';
}

/** Process starts as Winlogbeat, Elastic Agent, Elastic Defend and this agent index them. */
function startsBetween(fromMs: number, toMs: number): object {
  return {
    bool: {
      // What this agent wrote, scores of hunts above all, is not hunted in again.
      must_not: [{ prefix: { 'event.dataset': 'problemchild.' } }],
      filter: [
        { range: { '@timestamp': { gte: fromMs, lt: toMs, format: 'epoch_millis' } } },
        {
          bool: {
            minimum_should_match: 1,
            should: [
              {
                bool: {
                  filter: [{ term: { 'event.category': 'process' } }, { term: { 'event.type': 'start' } }],
                },
              },
              {
                bool: {
                  filter: [{ term: { 'winlog.channel': 'Security' } }, { term: { 'event.code': '4688' } }],
                },
              },
              {
                bool: {
                  filter: [
                    { term: { 'winlog.channel': 'Microsoft-Windows-Sysmon/Operational' } },
                    { term: { 'event.code': '1' } },
                  ],
                },
              },
            ],
          },
        },
      ],
    },
  };
}
