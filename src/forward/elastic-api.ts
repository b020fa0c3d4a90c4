import { AgentError, type ErrorCode } from '../errors/index.ts';
import { DeliveryFailure } from './destination.ts';
import { reasonIn } from './elasticsearch.ts';
import { explainFailure } from './explain-failure.ts';
import { type HttpClient, type HttpRequest, peerOf, statusFailure } from './http-client.ts';

/** One cluster of Elasticsearch or OpenSearch, or a Kibana, as a client that asks and waits. */
export class ElasticApi {
  readonly url: string;
  readonly #http: HttpClient;
  readonly #authorization: string | undefined;
  readonly #errorCode: ErrorCode;

  /** @param errorCode what its failures are reported as */
  constructor(url: string, http: HttpClient, authorization: string | undefined, errorCode: ErrorCode) {
    this.url = url.replace(/\/+$/, '');
    this.#http = http;
    this.#authorization = authorization;
    this.#errorCode = errorCode;
  }

  /** The answer as parsed JSON, and `undefined` for an expected status without success. */
  async call(
    method: HttpRequest['method'],
    path: string,
    body?: object | string,
    options: {
      readonly headers?: Readonly<Record<string, string>>;
      readonly tolerate?: readonly number[];
    } = {},
  ): Promise<unknown> {
    const { headers = {}, tolerate = [] } = options;
    try {
      const response = await this.#http.request({
        method,
        url: `${this.url}${path}`,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      if (tolerate.includes(response.status)) return undefined;
      if (response.status < 200 || response.status > 299) {
        throw statusFailure(response, peerOf(this.url), reasonIn(response.body));
      }
      return JSON.parse(response.body === '' ? '{}' : response.body) as unknown;
    } catch (error) {
      if (!(error instanceof DeliveryFailure)) throw error;
      const { what } = explainFailure(error);
      throw new AgentError(this.#errorCode, `${method} ${path}: ${what} ${error.message}`, {
        where: peerOf(this.url),
        cause: error,
      });
    }
  }

  /** Which of the two it is; nothing is refused for being the other. */
  async product(): Promise<'elasticsearch' | 'opensearch'> {
    const { version } = (await this.call('GET', '/')) as { version?: { distribution?: string } };
    return version?.distribution === 'opensearch' ? 'opensearch' : 'elasticsearch';
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}
