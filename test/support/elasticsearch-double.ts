import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/**
 * A double of the parts of Elasticsearch that the agent speaks to, strict where the documentation is: content types,
 * the line format of _bulk, create only into data streams, `@timestamp`, limits. It is no Elasticsearch;
 * test/faults/opensearch.test.ts holds the same client against a real OpenSearch.
 */
export interface ElasticsearchDoubleOptions {
  /** Value that the Authorization header must have. */
  readonly authorization?: string;
  readonly maxContentLength?: number;
  /** Certificate and key, for https. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Answers items instead of storing them: a status, with what a failed item says. */
  readonly item?: (
    id: string,
    attempt: number,
  ) => { status: number; type: string; reason: string } | undefined;
  /** Called when a document has been stored and nobody has been told yet. */
  readonly onStored?: () => void;
  /** Speaks the point-in-time interface of OpenSearch instead. */
  readonly product?: 'elasticsearch' | 'opensearch';
}

export type StoredDocument = Record<string, unknown>;

interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

const error = (status: number, type: string, reason: string): Reply => ({
  status,
  body: { error: { type, reason, root_cause: [{ type, reason }] }, status },
});

export class ElasticsearchDouble {
  /** By index, then id, in the order of arrival. */
  readonly indices = new Map<string, Map<string, StoredDocument>>();
  readonly puts = new Map<string, unknown>();
  readonly requests: { readonly method: string; readonly path: string }[] = [];
  /** Ids of each bulk request that was answered item by item. */
  readonly bulks: string[][] = [];
  readonly #options: ElasticsearchDoubleOptions;
  readonly #server: Server;
  readonly #attempts = new Map<string, number>();
  readonly #pits = new Map<string, readonly Row[]>();
  #nextPit = 0;
  /** Conflicts answered: how often an id came again. */
  conflicts = 0;

  private constructor(options: ElasticsearchDoubleOptions) {
    this.#options = options;
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => undefined);
      request.on('end', () => {
        const reply = this.#answer(request, Buffer.concat(chunks));
        response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
        response.end(request.method === 'HEAD' ? undefined : JSON.stringify(reply.body));
      });
    };
    this.#server =
      options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  }

  static async start(options: ElasticsearchDoubleOptions = {}, port = 0): Promise<ElasticsearchDouble> {
    const double = new ElasticsearchDouble(options);
    await new Promise<void>((resolve) => double.#server.listen(port, '127.0.0.1', resolve));
    double.port = (double.#server.address() as AddressInfo).port;
    return double;
  }

  port = 0;

  get url(): string {
    return `${this.#options.tls === undefined ? 'http' : 'https'}://localhost:${this.port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  documents(index: string): StoredDocument[] {
    return [...(this.indices.get(index)?.values() ?? [])];
  }

  ids(index: string): string[] {
    return [...(this.indices.get(index)?.keys() ?? [])];
  }

  #answer(request: IncomingMessage, raw: Buffer): Reply {
    const url = new URL(request.url ?? '/', 'http://double');
    const method = request.method ?? 'GET';
    this.requests.push({ method, path: url.pathname });
    if (
      this.#options.authorization !== undefined &&
      request.headers.authorization !== this.#options.authorization
    ) {
      return {
        ...error(401, 'security_exception', 'missing or wrong authentication credentials'),
        headers: { 'www-authenticate': 'ApiKey' },
      };
    }
    if (raw.length > (this.#options.maxContentLength ?? 100_000_000)) return { status: 413, body: '' };
    let text: string;
    const encoding = request.headers['content-encoding'];
    try {
      if (encoding !== undefined && encoding !== 'gzip') throw new Error(encoding);
      text = (encoding === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    } catch {
      return error(400, 'illegal_argument_exception', 'the body cannot be decompressed');
    }
    const type = request.headers['content-type']?.split(';')[0];
    const isBulk = url.pathname.endsWith('/_bulk');
    if (text !== '' && type !== 'application/json' && !(isBulk && type === 'application/x-ndjson')) {
      return error(406, 'media_type_header_exception', `Content-Type ${type} is not supported`);
    }
    if (isBulk) return this.#bulk(text);
    return this.#other(method, url, text);
  }

  #bulk(text: string): Reply {
    if (!text.endsWith('\n')) {
      return error(
        400,
        'illegal_argument_exception',
        'The bulk request must be terminated by a newline [\\n]',
      );
    }
    const lines = text.slice(0, -1).split('\n');
    const items: unknown[] = [];
    const ids: string[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      let action: { create?: { _index?: string; _id?: string } };
      try {
        action = JSON.parse(lines[at] ?? '') as typeof action;
      } catch {
        return error(400, 'illegal_argument_exception', `Malformed action/metadata line [${at + 1}]`);
      }
      const { create } = action;
      if (create === undefined)
        return error(
          400,
          'illegal_argument_exception',
          'only write ops with an op_type of create are allowed in data streams',
        );
      if (create._index === undefined || create._index !== create._index.toLowerCase()) {
        return error(400, 'illegal_argument_exception', 'explicit index in bulk is invalid');
      }
      ids.push(create._id ?? '');
      items.push({ create: this.#create(create._index, create._id ?? '', lines[at + 1] ?? '') });
    }
    this.bulks.push(ids);
    return {
      status: 200,
      body: {
        took: 1,
        errors: items.some((item) => (item as { create: { status: number } }).create.status >= 300),
        items,
      },
    };
  }

  #create(index: string, id: string, line: string): unknown {
    const fail = (status: number, type: string, reason: string) => ({
      _index: index,
      _id: id,
      status,
      error: { type, reason },
    });
    if (id === '' || Buffer.byteLength(id) > 512)
      return fail(400, 'illegal_argument_exception', 'id is too long or empty');
    const attempt = (this.#attempts.get(id) ?? 0) + 1;
    this.#attempts.set(id, attempt);
    const forced = this.#options.item?.(id, attempt);
    if (forced !== undefined) return fail(forced.status, forced.type, forced.reason);
    let document: StoredDocument;
    try {
      document = JSON.parse(line) as StoredDocument;
    } catch {
      return fail(400, 'document_parsing_exception', 'failed to parse');
    }
    const timestamp = document['@timestamp'];
    if (typeof timestamp !== 'string' || Number.isNaN(Date.parse(timestamp))) {
      return fail(400, 'document_parsing_exception', 'data stream timestamp field [@timestamp] is missing');
    }
    let stored = this.indices.get(index);
    if (stored === undefined) {
      stored = new Map();
      this.indices.set(index, stored);
    }
    if (stored.has(id)) {
      this.conflicts++;
      return fail(
        409,
        'version_conflict_engine_exception',
        `[${id}]: version conflict, document already exists`,
      );
    }
    stored.set(id, document);
    this.#options.onStored?.();
    return { _index: index, _id: id, _version: 1, result: 'created', status: 201 };
  }

  #other(method: string, url: URL, text: string): Reply {
    const path = url.pathname;
    if (method === 'PUT') {
      this.puts.set(path, JSON.parse(text));
      return { status: 200, body: { acknowledged: true } };
    }
    const opensearch = this.#options.product === 'opensearch';
    if (path === '/' && method === 'GET') {
      return {
        status: 200,
        body: {
          version: opensearch ? { distribution: 'opensearch', number: '2.19.1' } : { number: '9.2.0' },
        },
      };
    }
    const pitPath = opensearch ? /^\/([^/]+)\/_search\/point_in_time$/ : /^\/([^/]+)\/_pit$/;
    const opened = pitPath.exec(path);
    if (opened !== null && method === 'POST' && url.searchParams.has('keep_alive')) {
      const id = `pit-${this.#nextPit++}`;
      this.#pits.set(id, this.#snapshot(decodeURIComponent(opened[1] ?? '')));
      return { status: 200, body: opensearch ? { pit_id: id } : { id } };
    }
    if (path === (opensearch ? '/_search/point_in_time' : '/_pit') && method === 'DELETE') {
      const body = JSON.parse(text) as { id?: string; pit_id?: string[] };
      this.#pits.delete(body.id ?? body.pit_id?.[0] ?? '');
      return { status: 200, body: { succeeded: true } };
    }
    if (path === '/_search' && method === 'POST') return this.#search(JSON.parse(text) as SearchBody);
    return error(
      400,
      'illegal_argument_exception',
      `no handler found for uri [${path}] and method [${method}]`,
    );
  }

  get openPits(): number {
    return this.#pits.size;
  }

  /** What a point in time sees: documents as they are now, in the order of a search by time. */
  #snapshot(expression: string): readonly Row[] {
    const patterns = expression.split(',');
    const matches = (index: string, pattern: string): boolean =>
      new RegExp(`^${pattern.replace(/[.]/g, '\\.').replace(/\*/g, '.*')}$`).test(index);
    const isSeen = (index: string): boolean =>
      patterns.some((pattern) => matches(index, pattern)) &&
      !patterns.some((pattern) => pattern.startsWith('-') && matches(index, pattern.slice(1)));
    return [...this.indices]
      .filter(([index]) => isSeen(index))
      .flatMap(([index, stored]) => [...stored].map(([id, source]) => ({ index, id, source })))
      .map((row, shardDoc) => ({
        ...row,
        key: [Date.parse(row.source['@timestamp'] as string), shardDoc] as const,
      }))
      .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1]);
  }

  #search({ pit, query, size = 10, search_after: after, sort }: SearchBody): Reply {
    const snapshot = this.#pits.get(pit?.id ?? '');
    if (snapshot === undefined)
      return error(404, 'search_context_missing_exception', 'No search context found');
    if (sort?.[0] === undefined || !('@timestamp' in sort[0])) return error(400, 'parsing_exception', 'sort');
    const range = findRange(query);
    const excluded = /"must_not":\[\{"prefix":\{"event.dataset":"([^"]+)"/.exec(JSON.stringify(query))?.[1];
    const rows = snapshot
      .filter(({ key: [ms] }) => ms >= range.gte && ms < range.lt)
      .filter(({ source }) => {
        const { dataset } = (source['event'] ?? {}) as { dataset?: string };
        return excluded === undefined || dataset?.startsWith(excluded) !== true;
      })
      .filter(
        ({ key: [ms, doc] }) => after === undefined || ms > after[0] || (ms === after[0] && doc > after[1]),
      )
      .slice(0, size);
    const hits = rows.map(({ index, id, source, key }) => ({
      _index: index,
      _id: id,
      _source: source,
      sort: key,
    }));
    return {
      status: 200,
      body: { pit_id: pit?.id, timed_out: false, _shards: { failed: 0 }, hits: { hits } },
    };
  }
}

interface Row {
  readonly index: string;
  readonly id: string;
  readonly source: StoredDocument;
  readonly key: readonly [ms: number, shardDoc: number];
}

interface SearchBody {
  readonly pit?: { readonly id: string };
  readonly size?: number;
  readonly query?: unknown;
  readonly sort?: readonly Record<string, unknown>[];
  readonly search_after?: readonly [number, number];
}

/** The range of `@timestamp` anywhere in a query. */
function findRange(query: unknown): { gte: number; lt: number } {
  const found = /"@timestamp":\{"gte":(?:"([^"]+)"|(\d+)),"lt":(?:"([^"]+)"|(\d+))/.exec(
    JSON.stringify(query ?? {}),
  );
  if (found === null) return { gte: Number.NEGATIVE_INFINITY, lt: Number.POSITIVE_INFINITY };
  const [, gteText, gteMs, ltText, ltMs] = found;
  return {
    gte: gteText === undefined ? Number(gteMs) : Date.parse(gteText),
    lt: ltText === undefined ? Number(ltMs) : Date.parse(ltText),
  };
}
