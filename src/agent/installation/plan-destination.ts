import { type KeepSecret, places } from './data-folder.ts';
import { type InstallProperties, isGiven, refuse } from './request.ts';

type Values = Readonly<Record<string, unknown>>;

/** What each kind of receiver takes from SIEM_URL and SIEM_TOKEN. */
const kinds: Readonly<Record<string, (url: string, token: Values | undefined) => Values>> = {
  elasticsearch: (url, token) => ({
    hosts: url.split(',').map((each) => each.trim()),
    ...(token === undefined ? {} : { apiKey: token }),
  }),
  splunk(url, token) {
    if (token === undefined)
      throw refuse('SIEM_TYPE=splunk needs the SIEM_TOKEN of its HTTP event collector');
    return { url, token };
  },
  webhook: (url, token) => ({ url, ...(token === undefined ? {} : { key: token }) }),
  otlp: (url, token) => ({ url, ...(token === undefined ? {} : { headers: { Authorization: token } }) }),
  syslog: planSyslog,
};

/**
 * The destination that the SIEM_… properties ask for; `undefined` without them.
 * @throws AgentError PC_INSTALL_PROPERTY
 */
export function planDestination(properties: InstallProperties, keep: KeepSecret): Values | undefined {
  const { SIEM_TYPE: type, SIEM_URL: url, SIEM_TOKEN: token, SIEM_CA: authority, PROXY: proxy } = properties;
  if (!isGiven(type)) {
    const left = ['SIEM_URL', 'SIEM_TOKEN', 'SIEM_CA', 'PROXY'].find((name) =>
      isGiven(properties[name] as string),
    );
    if (left !== undefined) throw refuse(`${left} is given without SIEM_TYPE`);
    return undefined;
  }
  if (type === 'eventlog') {
    if (isGiven(url) || isGiven(token))
      throw refuse('SIEM_TYPE=eventlog takes no SIEM_URL and no SIEM_TOKEN');
    return { type };
  }
  const plan = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (plan === undefined) {
    throw refuse(`SIEM_TYPE is one of ${[...Object.keys(kinds), 'eventlog'].join(', ')}`);
  }
  if (!isGiven(url)) throw refuse(`SIEM_TYPE=${type} needs SIEM_URL`);
  const secret = isGiven(token) ? keep({ name: 'siem-token', value: token }) : undefined;
  return {
    type,
    ...plan(url, secret),
    ...(isGiven(authority) ? { tls: { caFile: places.authority } } : {}),
    ...(isGiven(proxy) ? { proxy: planProxy(type, proxy, keep) } : {}),
  };
}

/** `tls://host:6514`, `tcp://host`, `udp://host:514`, or only the host, which means TLS. */
function planSyslog(url: string, token: Values | undefined): Values {
  if (token !== undefined) throw refuse('SIEM_TYPE=syslog takes no SIEM_TOKEN');
  const match = /^(?:(udp|tcp|tls):\/\/)?(\[[0-9a-f:]+\]|[^\s/:[\]]+)(?::(\d{1,5}))?$/i.exec(url);
  if (match === null)
    throw refuse('SIEM_URL of syslog is tls://HOST:PORT, tcp://HOST:PORT or udp://HOST:PORT');
  const [, protocol, host, port] = match;
  return {
    host: host!.replaceAll(/[[\]]/g, ''),
    ...(protocol === undefined ? {} : { protocol: protocol.toLowerCase() }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function planProxy(type: string, proxy: string, keep: KeepSecret): unknown {
  if (type === 'syslog') throw refuse('PROXY is for receivers over HTTP');
  if (proxy === 'none' || proxy === 'environment') return proxy;
  if (!URL.canParse(proxy))
    throw refuse('PROXY is none, environment, or a URL such as http://proxy.example:8080');
  const url = new URL(proxy);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/$/, ''),
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === ''
      ? {}
      : { password: keep({ name: 'proxy-password', value: decodeURIComponent(password) }) }),
  };
}
