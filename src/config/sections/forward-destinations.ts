import * as z from 'zod';
import { text } from '../setting.ts';

const secret = z.string().min(1).max(16_384).meta({ secret: true });

/** A secret, or where it is kept. */
const secretRef = z.union([
  secret,
  z.strictObject({ env: text(256) }),
  z.strictObject({ file: text().meta({ path: true }) }),
  z.strictObject({ dpapi: text(65_536) }),
]);

const optionalText = text().nullable().default(null);
const optionalSecret = secretRef.nullable().default(null);
const optionalFile = text().meta({ path: true }).nullable().default(null);

const httpUrl = text(2_048)
  .refine((value) => /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value), {
    error: 'a URL with http or https',
  })
  .refine(
    (value) => !URL.canParse(value) || (new URL(value).username === '' && new URL(value).password === ''),
    {
      error: 'a URL without user and password: they have keys of their own',
    },
  );

/** What HTTP writes by itself, or what would change where a request ends. */
const ownHeaders = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const headers = z
  .record(
    text(128)
      .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: 'the name of an HTTP header' })
      .refine((name) => !ownHeaders.has(name.toLowerCase()), {
        error: 'a header that the agent does not write by itself',
      }),
    secretRef,
  )
  .default({});

const hostName = text(253).regex(/^[^\s/:]+$|^[0-9a-fA-F:]+$/, {
  error: 'a host name or address, without port',
});
const port = z.int().min(1).max(65_535);

const tls = z
  .strictObject({
    caFile: optionalFile,
    systemStore: z.boolean().default(true),
    certFile: optionalFile,
    keyFile: optionalFile,
    keyPassphrase: optionalSecret,
    serverName: text(253).nullable().default(null),
  })
  .prefault({});

const proxy = z
  .union([
    z.enum(['none', 'environment']),
    z.strictObject({
      url: httpUrl,
      user: optionalText,
      password: optionalSecret,
      except: z.array(text(253)).max(256).default([]),
    }),
  ])
  .default('environment');

/** Fields whose loss would make the document useless to a receiver that has to tell it from others. */
const fixedFields = new Set(['event', 'event.id', '@timestamp']);

const shared = {
  minSeverity: z.int().min(0).max(99).default(0),
  kinds: z
    .array(z.enum(['alert', 'incident', 'action', 'health']))
    .max(4)
    .default([]),
  rules: z.array(text(256)).max(1_000).default([]),
  fields: z
    .record(
      text(256).refine((path) => !fixedFields.has(path), {
        error: 'a field other than event.id and @timestamp',
      }),
      text(256).nullable(),
    )
    .default({}),
};

const http = { tls, proxy, gzip: z.boolean().default(true) };

const elasticsearch = z.strictObject({
  type: z.literal('elasticsearch'),
  ...shared,
  hosts: z.array(httpUrl).min(1).max(64),
  index: text(255).default('logs-problemchild.{kind}-default'),
  pipeline: optionalText,
  apiKey: optionalSecret,
  user: optionalText,
  password: optionalSecret,
  ...http,
});

const syslog = z.strictObject({
  type: z.literal('syslog'),
  ...shared,
  host: hostName,
  port: port.default(6_514),
  protocol: z.enum(['udp', 'tcp', 'tls']).default('tls'),
  message: z.enum(['json', 'cef', 'leef']).default('json'),
  facility: z.int().min(0).max(23).default(13),
  maxMessageBytes: z.int().min(480).max(1_048_576).default(8_192),
  confirm: z.boolean().default(true),
  tls,
});

const splunk = z.strictObject({
  type: z.literal('splunk'),
  ...shared,
  url: httpUrl,
  token: secretRef,
  index: optionalText,
  source: text(256).default('problemchild'),
  acknowledge: z.boolean().default(false),
  ...http,
});

const webhook = z.strictObject({
  type: z.literal('webhook'),
  ...shared,
  url: z.union([
    httpUrl.meta({ secret: true }),
    z.strictObject({ env: text(256) }),
    z.strictObject({ file: text().meta({ path: true }) }),
    z.strictObject({ dpapi: text(65_536) }),
  ]),
  template: z.enum(['json', 'slack', 'teams']).default('json'),
  key: optionalSecret,
  headers,
  ...http,
  gzip: z.boolean().default(false),
});

const otlp = z.strictObject({
  type: z.literal('otlp'),
  ...shared,
  url: httpUrl,
  headers,
  ...http,
});

const file = z.strictObject({
  type: z.literal('file'),
  ...shared,
  path: text().meta({ path: true }),
  maxFileBytes: z.int().min(65_536).max(1_099_511_627_776).default(104_857_600),
  maxFiles: z.int().min(1).max(1_000).default(10),
});

const eventlog = z.strictObject({
  type: z.literal('eventlog'),
  ...shared,
  source: text(128).default('ProblemChild'),
});

/** One receiver, by its type. docs/siem.md says what each key means. */
export const destination = z.discriminatedUnion('type', [
  elasticsearch,
  syslog,
  splunk,
  webhook,
  otlp,
  file,
  eventlog,
]);
