import { AgentError } from '../errors/index.ts';
import type { Clock } from '../event/index.ts';
import { openAuthorization } from './authorization.ts';
import type { Destination } from './destination.ts';
import type { DestinationSettings, HttpSettings } from './destination-settings.ts';
import { Elasticsearch } from './elasticsearch.ts';
import { EventLogDestination, type EventLogWriter } from './event-log.ts';
import { compileFieldMap } from './field-map.ts';
import { compileFilter } from './filter.ts';
import type { Route } from './forwarder.ts';
import { HttpClient } from './http-client.ts';
import { NdjsonFile } from './ndjson-file.ts';
import type { AgentFacts } from './notices.ts';
import { Otlp } from './otlp.ts';
import { openProxy } from './proxy-route.ts';
import type { SecretOpener, SecretRef } from './secret.ts';
import { guardSecrets } from './secret-guard.ts';
import { Splunk } from './splunk.ts';
import { Syslog } from './syslog.ts';
import type { Timers } from './timers.ts';
import { openTls } from './tls-options.ts';
import { Webhook } from './webhook.ts';

/** What destinations are opened with, besides their own settings. */
export interface DestinationSurroundings {
  readonly secrets: SecretOpener;
  /** `process.env`, injected: proxies are named there. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly agent: AgentFacts;
  readonly processId: number;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Opens a source of the Windows event log; absent elsewhere. */
  readonly openEventLog?: ((source: string) => EventLogWriter) | undefined;
}

/**
 * Opens a destination; connects nowhere yet.
 *
 * @throws AgentError PC_FORWARD_SECRET, PC_FORWARD_TLS or PC_FORWARD_CONFIG
 */
export function openRoute(
  name: string,
  settings: DestinationSettings,
  surroundings: DestinationSurroundings,
): Route {
  const destination = openDestination(settings, surroundings);
  const redact = (text: string): string => surroundings.secrets.redact(text);
  return { name, destination: guardSecrets(destination, redact), accepts: compileFilter(settings) };
}

function openDestination(settings: DestinationSettings, surroundings: DestinationSurroundings): Destination {
  const { secrets, agent, timers, random, clock, processId, connectTimeoutMs, openEventLog } = surroundings;
  const prepare = compileFieldMap(settings.fields);
  switch (settings.type) {
    case 'elasticsearch': {
      const { hosts, index, pipeline, gzip } = settings;
      const options = {
        hosts: hosts.map(trimUrl),
        index,
        gzip,
        pipeline: pipeline ?? undefined,
        authorization: openAuthorization(settings, secrets),
      };
      return new Elasticsearch(options, openHttp(settings, surroundings), prepare, random);
    }
    case 'splunk': {
      const { url, token, index, source, acknowledge, gzip } = settings;
      const options = {
        url: trimUrl(url),
        token: secrets.openForHeader(token, 'the token'),
        index: index ?? undefined,
        source,
        acknowledge,
        gzip,
        timers,
      };
      return new Splunk(options, openHttp(settings, surroundings), prepare);
    }
    case 'webhook': {
      const { template, gzip, key, headers } = settings;
      const url = secrets.open(settings.url);
      if (!/^https?:/.test(url) || !URL.canParse(url)) {
        throw new AgentError('PC_FORWARD_CONFIG', 'the URL of a webhook is no URL with http or https');
      }
      const { pathname, search } = new URL(url);
      // Chats keep their secret in the path, and error pages like to show it.
      if (pathname.length > 1 || search !== '') secrets.note(pathname + search);
      const options = {
        url,
        template,
        gzip,
        key: secrets.openOptional(key),
        headers: openHeaders(headers, secrets),
        nowMs: () => clock.nowMs(),
      };
      return new Webhook(options, openHttp(settings, surroundings), prepare);
    }
    case 'otlp': {
      const { url, headers, gzip } = settings;
      const options = { url, headers: openHeaders(headers, secrets), gzip, agent };
      return new Otlp(options, openHttp(settings, surroundings), prepare);
    }
    case 'syslog': {
      const { host, port, protocol, message, facility, maxMessageBytes, confirm } = settings;
      const format = {
        message,
        facility,
        maxMessageBytes,
        agentVersion: agent.version,
        hostName: agent.hostName ?? '',
        processId,
      };
      const tls = protocol === 'tls' ? openTls(settings.tls, secrets) : {};
      return new Syslog({ host, port, protocol, format, confirm, tls, connectTimeoutMs }, prepare);
    }
    case 'file':
      return new NdjsonFile(settings, prepare, () => timers.nowMs());
    case 'eventlog': {
      if (openEventLog === undefined) {
        throw new AgentError('PC_FORWARD_CONFIG', 'the event log is there on Windows only');
      }
      return new EventLogDestination(openEventLog(settings.source), prepare);
    }
  }
}

function trimUrl(url: string): string {
  return url.replace(/\/+$/, '');
}

function openHeaders(
  headers: Readonly<Record<string, SecretRef>>,
  secrets: SecretOpener,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, ref]) => [
      name.toLowerCase(),
      secrets.openForHeader(ref, `the header ${name}`),
    ]),
  );
}

/** An HTTP client as a destination's settings describe it. */
export function openHttp(
  { tls, proxy }: Pick<HttpSettings, 'tls' | 'proxy'>,
  { secrets, env, clock, timeoutMs, connectTimeoutMs }: DestinationSurroundings,
): HttpClient {
  return new HttpClient({
    tls: openTls(tls, secrets),
    proxy: openProxy(proxy, env, secrets),
    connectTimeoutMs,
    timeoutMs,
    nowMs: () => clock.nowMs(),
    redact: (text) => secrets.redact(text),
  });
}
