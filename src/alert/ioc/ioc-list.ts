import type { ProcessEvent } from '../../event/index.ts';
import type { ProcessActivity } from '../triage/process-activity.ts';
import { spellAddress } from './address.ts';
import type { Indicator } from './indicator.ts';

export interface IocMatch {
  readonly indicator: Indicator;
  /** ECS field that holds the value. */
  readonly field: string;
  /** `event.id` of the start, or of the start of the process that connected. */
  readonly eventId: string;
}

const maxMatches = 20;
const maxLineLength = 8_192;
/** Host names and IPv4 addresses inside a command line. */
const hostInLine = /(?:[a-z0-9_-]{1,63}\.){1,10}[a-z0-9-]{1,63}/g;
const maxHosts = 64;
/** No host's name is longer (RFC 1035), no address either; each dot of a longer text would cost a look-up. */
const maxHostLength = 255;

/** Indicators, found by value. */
export class IocList {
  readonly #byValue = new Map<string, Indicator>();
  readonly #names: Indicator[] = [];

  constructor(indicators: readonly Indicator[]) {
    for (const indicator of indicators) {
      const key = `${indicator.type}:${indicator.value}`;
      if (this.#byValue.has(key)) continue;
      this.#byValue.set(key, indicator);
      if (indicator.type === 'name' && indicator.value.includes('\\')) this.#names.push(indicator);
    }
  }

  get size(): number {
    return this.#byValue.size;
  }

  /** What of a start, and of what its process did on the network, is on a list. */
  match(event: ProcessEvent, activity: ProcessActivity | undefined): IocMatch[] {
    if (this.#byValue.size === 0) return [];
    const found = new Map<Indicator, string>();
    const note = (indicator: Indicator | undefined, field: string): void => {
      if (indicator !== undefined && !found.has(indicator)) found.set(indicator, field);
    };
    const { process } = event;
    for (const kind of ['md5', 'sha1', 'sha256', 'imphash'] as const) {
      const digest = process.hash[kind];
      if (digest !== undefined) note(this.#byValue.get(`hash:${digest}`), `process.hash.${kind}`);
    }
    note(this.#fileName(process.name), 'process.name');
    note(this.#fileName(process.originalFileName), 'process.pe.original_file_name');
    const path = process.executable?.toLowerCase();
    if (path !== undefined) {
      for (const indicator of this.#names) {
        if (path === indicator.value || path.endsWith(`\\${indicator.value}`))
          note(indicator, 'process.executable');
      }
    }
    const line = (process.commandLine ?? '').slice(0, maxLineLength).toLowerCase();
    for (const [host] of [...line.matchAll(hostInLine)].slice(0, maxHosts)) {
      note(this.#host(host), 'process.command_line');
      note(this.#byValue.get(`name:${host}`), 'process.command_line');
    }
    for (const { ip, domain } of activity?.connections ?? []) {
      note(this.#host(ip), 'destination.ip');
      note(this.#host(domain), 'destination.domain');
    }
    for (const { name, answers } of activity?.questions ?? []) {
      note(this.#host(name), 'dns.question.name');
      for (const answer of answers) note(this.#host(answer), 'dns.resolved_ip');
    }
    return [...found]
      .slice(0, maxMatches)
      .map(([indicator, field]) => ({ indicator, field, eventId: event.id }));
  }

  /** A file name; a list without types may mean one by what is the name of a host as well (`payload.com`). */
  #fileName(text: string | undefined): Indicator | undefined {
    if (text === undefined) return undefined;
    const name = text.toLowerCase();
    return this.#byValue.get(`name:${name}`) ?? this.#byValue.get(`domain:${name}`);
  }

  /** An address, or a name or any domain above it. */
  #host(text: string | undefined): Indicator | undefined {
    if (text === undefined || text.length > maxHostLength) return undefined;
    let name = text.toLowerCase().replace(/\.$/, '');
    // Of the addresses only those of IPv6 have more than one spelling.
    const address = this.#byValue.get(`ip:${name.includes(':') ? spellAddress(name) : name}`);
    if (address !== undefined) return address;
    for (let dot = 0; dot >= 0; ) {
      const indicator = this.#byValue.get(`domain:${name}`);
      if (indicator !== undefined) return indicator;
      dot = name.indexOf('.');
      name = name.slice(dot + 1);
    }
    return undefined;
  }
}
