import type { User } from '../../event/index.ts';

/** SYSTEM, LOCAL SERVICE, NETWORK SERVICE; service, virtual, window-manager and font-driver accounts. */
const serviceSid = /^S-1-5-(?:18|19|20|6|80-.*|82-.*|83-.*|87-.*|90-.*|96-.*)$/i;
const userSid = /^S-1-(?:5-21|12-1)-/i;
/** Logon sessions that Windows gives the three accounts, in every language. */
const serviceLogons: ReadonlySet<string> = new Set(['0x3e7', '0x3e5', '0x3e4']);
/** The names that English, German, French, Italian, Spanish and Portuguese Windows give them; è, ç and é as numbers, for a bundle in ASCII. */
const serviceNames =
  /^(?:system|syst[e\xe8]me|sistema|local service|lokaler dienst|service local|servizio locale|servicio local|servi[c\xe7]o local|network service|netzwerkdienst|service r[e\xe9]seau|servizio di rete|servicio de red|servi[c\xe7]o de rede)$/i;
/** Domains that only Windows' own accounts have. */
const serviceDomains = /^(?:nt[ -]|autorit|nt service|window manager|font driver host|iis apppool)/i;

/**
 * Whether a process runs for a person or for Windows. The SID decides where there is one; names only ever make
 * an account a service account, or say that some other user is named. `undefined` when nothing is said.
 */
export function classifyAccount(user: User, logonId: string | undefined): 'ordinary' | 'service' | undefined {
  const { id, name, domain } = user;
  if (logonId !== undefined && serviceLogons.has(logonId.toLowerCase())) return 'service';
  if (id !== undefined) {
    if (serviceSid.test(id)) return 'service';
    return userSid.test(id) ? 'ordinary' : undefined;
  }
  if (name === undefined) return undefined;
  const isService =
    name.endsWith('$') || serviceNames.test(name) || (domain !== undefined && serviceDomains.test(domain));
  return isService ? 'service' : 'ordinary';
}
