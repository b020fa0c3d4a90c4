import { readFileSync } from 'node:fs';
import { AgentError } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** @throws AgentError PC_FORWARD_TLS */
export function loadPem(path: string, what: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new AgentError(
      'PC_FORWARD_TLS',
      `${what} ${escapeForTerminal(path, 512)} cannot be read: ${code}`,
      {
        where: path,
        cause: error,
      },
    );
  }
  if (!text.includes('-----BEGIN ')) {
    throw new AgentError('PC_FORWARD_TLS', `${what} ${escapeForTerminal(path, 512)} is not in PEM form`, {
      where: path,
    });
  }
  return text;
}

let system: readonly string[] | undefined;

/** Certificate authorities that this machine trusts; where it has no list of its own, those that Node ships. */
export function systemAuthorities(): readonly string[] {
  if (system === undefined) {
    // Not imported: most runs reach nobody, and Node's TLS takes some 6 MB.
    const { getCACertificates, rootCertificates } = process.getBuiltinModule('node:tls');
    const found = getCACertificates('system');
    system = found.length > 0 ? found : rootCertificates;
  }
  return system;
}
