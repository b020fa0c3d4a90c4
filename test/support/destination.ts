import type { DestinationSettings, DestinationSurroundings, Route } from '../../src/forward/index.ts';
import { createTimers, openRoute, SecretOpener } from '../../src/forward/index.ts';

const tls = {
  caFile: null,
  systemStore: false,
  certFile: null,
  keyFile: null,
  keyPassphrase: null,
  serverName: null,
};

type Type = DestinationSettings['type'];
type SettingsOf<T extends Type> = Extract<DestinationSettings, { type: T }>;

const shared = { minSeverity: 0, kinds: [], rules: [], fields: {} };
const http = { ...shared, tls, proxy: 'none' as const, gzip: true };
const defaults: { readonly [T in Type]: Omit<SettingsOf<T>, 'url' | 'hosts' | 'path' | 'host' | 'port'> } = {
  elasticsearch: {
    type: 'elasticsearch',
    ...http,
    index: 'logs-problemchild.{kind}-default',
    pipeline: null,
    apiKey: null,
    user: null,
    password: null,
  },
  syslog: {
    type: 'syslog',
    ...shared,
    protocol: 'tcp',
    message: 'json',
    facility: 13,
    maxMessageBytes: 8_192,
    confirm: true,
    tls,
  },
  splunk: {
    type: 'splunk',
    ...http,
    token: 'hec-token',
    index: null,
    source: 'problemchild',
    acknowledge: false,
  },
  webhook: { type: 'webhook', ...http, gzip: false, template: 'json', key: null, headers: {} },
  otlp: { type: 'otlp', ...http, headers: {} },
  file: { type: 'file', ...shared, maxFileBytes: 1_048_576, maxFiles: 3 },
  eventlog: { type: 'eventlog', ...shared, source: 'ProblemChild' },
};

/** Settings of a destination as the configuration would give them, with what a test says differs. */
export function makeSettings<T extends Type>(type: T, changes: Partial<SettingsOf<T>>): SettingsOf<T> {
  // The compiler cannot follow that the defaults under a type's name are that type's.
  const known: unknown = defaults[type];
  return { ...(known as SettingsOf<T>), ...changes };
}

export const trust = (caFile: string) => ({ ...tls, caFile });

export function openTestRoute(
  settings: DestinationSettings,
  changes: Partial<DestinationSurroundings> & { readonly env?: Record<string, string> } = {},
): Route {
  const env = changes.env ?? {};
  return openRoute('siem', settings, {
    secrets: new SecretOpener({ env }),
    env,
    clock: { nowMs: () => Date.UTC(2026, 10, 18, 10) },
    timers: createTimers(),
    random: () => 0,
    agent: { version: '0.1.0', hostName: 'WS-0417', hostId: undefined },
    processId: 4240,
    timeoutMs: 60_000,
    connectTimeoutMs: 60_000,
    ...changes,
  });
}
