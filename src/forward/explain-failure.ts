import type { DeliveryFailure } from './destination.ts';

interface Explanation {
  readonly code: RegExp;
  /** What happened, for people who run networks. */
  readonly what: string;
  readonly remedy: string;
}

const table: readonly Explanation[] = [
  {
    code: /^(ENOTFOUND|EAI_NONAME)$/,
    what: 'DNS: no address is known for this name.',
    remedy: 'Check its spelling, and that the DNS server of this machine knows it (nslookup NAME).',
  },
  {
    code: /^EAI_/,
    what: 'DNS: the name server did not answer.',
    remedy: 'Check the DNS settings of this machine and that port 53 is open to its server.',
  },
  {
    code: /^ECONNREFUSED$/,
    what: 'Refused: the machine is there, but nothing listens on this port.',
    remedy: 'Check the port, that the receiver runs, and that no firewall answers with a reset.',
  },
  {
    code: /^(EHOSTUNREACH|ENETUNREACH)$/,
    what: 'No route: the network has no way to this address.',
    remedy: 'Check routing and VPN, or set a proxy.',
  },
  {
    code: /^(ETIMEDOUT|TIMEOUT|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/,
    what: 'Timeout: no answer in time.',
    remedy:
      'A firewall that drops packets looks like this: have the port opened. If it connects but stalls, look at the load of the receiver.',
  },
  {
    code: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/,
    what: 'Reset: the connection was made and then broken off.',
    remedy:
      'Look at the receiver and at firewalls with inspection between; a receiver that expects TLS does this to plain connections, and the other way round.',
  },
  {
    code: /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/,
    what: 'TLS: the certificate of the receiver leads to no authority that is trusted here.',
    remedy:
      "Put the authority's certificate into the system store, or name it in tls.caFile; have the receiver send its whole chain.",
  },
  {
    code: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    what: 'TLS: the certificate of the receiver is not valid at this time.',
    remedy: 'Renew the certificate, or set the clock of this machine.',
  },
  {
    code: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    what: 'TLS: the certificate belongs to another name than the one that was called.',
    remedy: 'Use a name that the certificate carries, or set tls.serverName to it.',
  },
  {
    code: /^(ERR_SSL_.*(VERSION|PROTOCOL).*|EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/,
    what: 'TLS: the receiver does not speak TLS 1.2 or newer on this port.',
    remedy: 'Check the port, and whether the receiver expects plain connections or only old TLS.',
  },
  {
    code: /^ERR_(SSL|TLS|OSSL)_/,
    what: 'TLS: the handshake failed.',
    remedy: 'If the receiver asks for a client certificate, set tls.certFile and tls.keyFile.',
  },
  {
    code: /^(UND_ERR_ABORTED|UND_ERR_PRX_TLS|PROXY)$/,
    what: 'Proxy: the proxy did not open the way to the receiver.',
    remedy: 'Check its address, its user and password (407), and that it permits this host and port (403).',
  },
  {
    code: /^(HTTP|INDEX) 401$/,
    what: '401: the receiver does not know the key, token or password.',
    remedy: 'Check the secret and where it is read from; an expired or revoked key does this too.',
  },
  {
    code: /^(HTTP|INDEX) 403$/,
    what: '403: the receiver knows who it is but does not permit writing here, or a proxy forbids it.',
    remedy:
      'Elasticsearch needs create_doc and auto_configure on the data streams; Splunk needs an enabled token that may write to the index.',
  },
  {
    code: /^(HTTP|INDEX) 40[45]$/,
    what: '404: there is nothing at this path.',
    remedy: 'Check the URL, in front of proxies with path prefixes above all.',
  },
  {
    code: /^HTTP 407$/,
    what: '407: the proxy wants a user and password.',
    remedy: 'Set proxy.user and proxy.password, or put them into HTTPS_PROXY.',
  },
  {
    code: /^HTTP 413$/,
    what: '413: the batch is larger than the receiver or a proxy takes.',
    remedy: 'Smaller batches are tried by themselves; lower forward.batchBytes or raise the limit there.',
  },
  {
    code: /^HTTP 429$/,
    what: '429: the receiver is asked too much at once.',
    remedy: 'Nothing is lost: it is tried again later. If it lasts, the receiver is too small.',
  },
  {
    code: /^HTTP 50[0234]$/,
    what: 'The receiver, or a load balancer before it, is not well.',
    remedy: 'Nothing is lost: it is tried again later. Look at the health of the receiver.',
  },
  {
    code: /^HTTP 400$/,
    what: '400: the receiver does not take the document as it is.',
    remedy: 'Read what it says; a wrong index, pipeline or template is most likely.',
  },
  {
    code: /^HTTP 3\d\d$/,
    what: 'The receiver sends elsewhere; redirects are not followed, because they would carry the secret along.',
    remedy: 'Set the address it names.',
  },
  {
    code: /^(ANSWER SIZE|UND_ERR_HEADERS_OVERFLOW)$/,
    what: 'The receiver answers more than any receiver of this kind does.',
    remedy: 'Check the address: this is no answer of a SIEM.',
  },
  {
    code: /^ANSWERED$/,
    what: 'Answered: what listens there is no syslog receiver.',
    remedy: 'Check the port; a web server or a shell server answers like this.',
  },
  {
    code: /^HEC ACK$/,
    what: 'Splunk did not acknowledge that it has indexed the batch.',
    remedy: 'Switch on indexer acknowledgement for this token, or acknowledge off here.',
  },
  {
    code: /^(ENOSPC|SQLITE_FULL|EDQUOT)$/,
    what: 'The disk is full.',
    remedy: 'Make room; what waits is written then.',
  },
  {
    code: /^(EACCES|EPERM|EROFS|ENOENT|ENOTDIR|EISDIR|ENOTFILE|ELOOP)$/,
    what: 'The file cannot be opened for writing.',
    remedy: 'Check its path, its folder and the permissions of the account that the agent runs under.',
  },
];

/** What a failure means and what to do about it, in words a network team can act on. */
export function explainFailure({ code, message }: Pick<DeliveryFailure, 'code' | 'message'>): {
  readonly what: string;
  readonly remedy: string;
} {
  const proxied = /Proxy (?:response|Authentication Required) \((\d+)\)/.exec(message)?.[1];
  if (proxied !== undefined) return find(proxied === '407' ? 'HTTP 407' : 'PROXY');
  return find(code);
}

function find(code: string): { readonly what: string; readonly remedy: string } {
  const found = table.find((each) => each.code.test(code));
  return found ?? { what: `It failed: ${code}.`, remedy: 'Read the detail.' };
}
