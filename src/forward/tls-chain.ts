import { isIP } from 'node:net';
import type { DetailedPeerCertificate } from 'node:tls';
import { escapeForTerminal } from '../text/index.ts';

const maxChain = 10;
const timeoutMs = 5_000;

/**
 * The certificates that a server shows, each as one line, its own first. For people who find out why a chain is not
 * trusted: this connection alone does not insist on trust, sends nothing, and ends with the handshake.
 */
export async function describeChain(host: string, port: number): Promise<readonly string[]> {
  const { connect } = await import('node:tls');
  return await new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) === 0 ? { servername: host } : {}),
    });
    const finish = (lines: readonly string[]): void => {
      socket.destroy();
      resolve(lines);
    };
    socket.setTimeout(timeoutMs, () => finish([]));
    socket.once('error', () => finish([]));
    socket.once('secureConnect', () => finish(linesOf(socket.getPeerCertificate(true))));
  });
}

function linesOf(leaf: DetailedPeerCertificate): readonly string[] {
  const lines: string[] = [];
  let at: DetailedPeerCertificate | undefined = leaf;
  while (at?.subject !== undefined && lines.length < maxChain) {
    const names = at.subjectaltname === undefined ? '' : `; names ${at.subjectaltname}`;
    const text = `${nameOf(at.subject)}; issued by ${nameOf(at.issuer)}; valid ${at.valid_from} to ${at.valid_to}${names}`;
    lines.push(escapeForTerminal(text, 400));
    at = at.issuerCertificate === at ? undefined : at.issuerCertificate;
  }
  return lines;
}

function nameOf(subject: DetailedPeerCertificate['subject']): string {
  const { CN, O } = subject as { CN?: string; O?: string };
  return [CN, O].filter((part) => part !== undefined).join(', ') || '(no name)';
}
