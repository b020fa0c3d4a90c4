import type { FieldMap } from './field-map.ts';
import type { ForwardFilter } from './filter.ts';
import type { SecretRef } from './secret.ts';
import type { TlsSettings } from './tls-options.ts';
import type { WebhookTemplate } from './webhook-template.ts';

interface Shared extends ForwardFilter {
  readonly fields: FieldMap;
}

/** `environment`: HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export type ProxySettings =
  | 'none'
  | 'environment'
  | {
      readonly url: string;
      readonly user: string | null;
      readonly password: SecretRef | null;
      /** As in NO_PROXY. */
      readonly except: readonly string[];
    };

export interface HttpSettings {
  readonly tls: TlsSettings;
  readonly proxy: ProxySettings;
  readonly gzip: boolean;
}

export interface ElasticsearchSettings extends Shared, HttpSettings {
  readonly type: 'elasticsearch';
  readonly hosts: readonly string[];
  readonly index: string;
  readonly pipeline: string | null;
  readonly apiKey: SecretRef | null;
  readonly user: string | null;
  readonly password: SecretRef | null;
}

interface SyslogSettings extends Shared {
  readonly type: 'syslog';
  readonly host: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp' | 'tls';
  readonly message: 'json' | 'cef' | 'leef';
  readonly facility: number;
  readonly maxMessageBytes: number;
  readonly confirm: boolean;
  readonly tls: TlsSettings;
}

interface SplunkSettings extends Shared, HttpSettings {
  readonly type: 'splunk';
  readonly url: string;
  readonly token: SecretRef;
  readonly index: string | null;
  readonly source: string;
  readonly acknowledge: boolean;
}

interface WebhookSettings extends Shared, HttpSettings {
  readonly type: 'webhook';
  readonly url: SecretRef;
  readonly template: WebhookTemplate;
  readonly key: SecretRef | null;
  readonly headers: Readonly<Record<string, SecretRef>>;
}

interface OtlpSettings extends Shared, HttpSettings {
  readonly type: 'otlp';
  readonly url: string;
  readonly headers: Readonly<Record<string, SecretRef>>;
}

interface FileSettings extends Shared {
  readonly type: 'file';
  readonly path: string;
  readonly maxFileBytes: number;
  readonly maxFiles: number;
}

interface EventLogSettings extends Shared {
  readonly type: 'eventlog';
  readonly source: string;
}

/** A destination as the configuration describes it. */
export type DestinationSettings =
  | ElasticsearchSettings
  | SyslogSettings
  | SplunkSettings
  | WebhookSettings
  | OtlpSettings
  | FileSettings
  | EventLogSettings;
