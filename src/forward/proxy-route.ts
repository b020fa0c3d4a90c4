import { AgentError } from '../errors/index.ts';
import type { ProxySettings } from './destination-settings.ts';
import { compileProxyExceptions } from './proxy-exceptions.ts';
import type { SecretOpener } from './secret.ts';

export interface ProxyServer {
  /** Without user and password. */
  readonly url: string;
  /** Value of Proxy-Authorization, if any. */
  readonly authorization: string | undefined;
}

/** A proxy for each scheme, and the receivers that are reached without it. */
export interface ProxyRoute {
  readonly http: ProxyServer | undefined;
  readonly https: ProxyServer | undefined;
  readonly isExcepted: (url: URL) => boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxies that a destination goes through; `undefined` when there is none.
 *
 * @throws AgentError PC_FORWARD_CONFIG or PC_FORWARD_SECRET
 */
export function openProxy(
  settings: ProxySettings,
  env: Environment,
  secrets: SecretOpener,
): ProxyRoute | undefined {
  if (settings === 'none') return undefined;
  if (settings === 'environment') return openEnvironment(env, secrets);
  const { url, user, password, except } = settings;
  const proxy = openUrl(
    url,
    user === null ? undefined : { user, password: secrets.openOptional(password) ?? '' },
    secrets,
  );
  return { http: proxy, https: proxy, isExcepted: compileProxyExceptions(except.join(',')) };
}

function openEnvironment(env: Environment, secrets: SecretOpener): ProxyRoute | undefined {
  const lookup = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  const http = lookup('HTTP_PROXY');
  const https = lookup('HTTPS_PROXY') ?? http;
  if (http === undefined && https === undefined) return undefined;
  const open = (url: string | undefined): ProxyServer | undefined => {
    if (url === undefined) return undefined;
    if (!/^https?:\/\/[^\s/]/i.test(url) || !URL.canParse(url)) {
      throw new AgentError('PC_FORWARD_CONFIG', 'HTTPS_PROXY or HTTP_PROXY is no URL with http or https');
    }
    const { username, password } = new URL(url);
    // As it stands there it may be repeated as well.
    if (password !== '') secrets.note(password);
    const credentials =
      username === '' && password === '' ? undefined : { user: decode(username), password: decode(password) };
    return openUrl(url, credentials, secrets);
  };
  return {
    http: open(http),
    https: open(https),
    isExcepted: compileProxyExceptions(lookup('NO_PROXY') ?? ''),
  };
}

function openUrl(
  text: string,
  credentials: { readonly user: string; readonly password: string } | undefined,
  secrets: SecretOpener,
): ProxyServer {
  const { protocol, host } = new URL(text);
  const url = `${protocol}//${host}`;
  if (credentials === undefined) return { url, authorization: undefined };
  const { user, password } = credentials;
  const encoded = Buffer.from(`${user}:${password}`).toString('base64');
  if (password !== '') {
    secrets.note(password);
    secrets.note(encoded);
  }
  return { url, authorization: `Basic ${encoded}` };
}

/** A percent sign that stands for nothing is one: people write passwords as they are. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
