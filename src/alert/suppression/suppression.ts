import { hash } from 'node:crypto';
import { rememberStart } from '../../anomaly/index.ts';
import { type Alert, createRollUp } from '../alert.ts';
import { normalizeLine } from '../normal-line.ts';
import type { StatePort } from '../state-port.ts';
import { hostKeyOf, userKeyOf } from '../subject-keys.ts';
import { UnsavedKeys } from '../unsaved-keys.ts';
import { type Opened, OpeningOrder } from './opening-order.ts';

export interface SuppressionOptions {
  /** How long a window stays open, in event time of its host. */
  readonly windowMs: number;
  /** How many alerts of a window pass before the rest are counted. */
  readonly passed: number;
  /** Most windows open at once; the oldest closes early. */
  readonly maxWindows: number;
  /** Most characters of alerts held back, as JSON, in all windows; the oldest closes early. */
  readonly maxHeldLength: number;
}

const defaultSuppressionOptions: SuppressionOptions = {
  windowMs: 60 * 60_000,
  passed: 3,
  maxWindows: 20_000,
  maxHeldLength: 32 * 1024 * 1024,
};

/** Most event ids that a roll-up names. */
const maxRollUpEvents = 500;

const kind = 'suppression';

/** Alerts of one kind on one host, from the first until the window closes. */
interface Window extends Opened {
  readonly key: string;
  readonly host: string;
  passed: number;
  /** Those held back. */
  count: number;
  firstMs: number;
  lastMs: number;
  eventIds: string[];
  truncated: boolean;
  /** The first of those held back. */
  first: Alert | undefined;
  /** Characters of `first` and of the event ids. */
  heldLength: number;
}

/**
 * Holds back alerts that say the same: of one rule on one host, user, parent, process and normalised command
 * line. The first few of a window pass; the rest become one roll-up when the window closes.
 */
export class Suppression {
  readonly #options: SuppressionOptions;
  /** By key, in the order in which they were opened. */
  readonly #windows = new Map<string, Window>();
  readonly #byHost = new Map<string, OpeningOrder<Window>>();
  readonly #unsaved = new UnsavedKeys(kind);
  #nextSerial = 0;
  #heldLength = 0;

  constructor(options: Partial<SuppressionOptions> = {}, port?: StatePort) {
    this.#options = { ...defaultSuppressionOptions, ...options };
    if (port === undefined) return;
    const saved = [...port.load(kind)].map(([, value]) => value as Window);
    // Older agents did not count it.
    for (const window of saved) window.heldLength ??= 0;
    for (const window of saved.sort((a, b) => a.serial - b.serial)) {
      this.#insert(window);
      this.#nextSerial = window.serial + 1;
    }
  }

  /** Whether the alert passes, and the roll-ups of windows that it closes. */
  take(alert: Alert): { readonly passes: boolean; readonly rollUps: readonly Alert[] } {
    const key = keyOf(alert);
    const rollUps: Alert[] = [];
    let window = this.#windows.get(key);
    if (window !== undefined && !this.#covers(window, alert)) {
      this.#close(window, rollUps);
      window = undefined;
    }
    if (window === undefined) {
      if (this.#windows.size >= this.#options.maxWindows) this.#close(this.#oldest, rollUps);
      window = this.#open(key, alert);
    }
    this.#unsaved.change(key);
    if (window.passed < this.#options.passed) {
      window.passed++;
      return { passes: true, rollUps };
    }
    this.#heldLength += holdBack(window, alert);
    while (this.#heldLength > this.#options.maxHeldLength) this.#close(this.#oldest, rollUps);
    return { passes: false, rollUps };
  }

  /** Closes the windows of a host that are over at this time of its clock, which may have been set back since. */
  advance(host: string, nowMs: number): readonly Alert[] {
    const windows = this.#byHost.get(host);
    const over = windows?.takeFarFrom(nowMs, this.#options.windowMs) ?? [];
    return over.length === 0 ? none : this.#tell(host, over);
  }

  /** Closes every window of a host, or of all hosts: nothing more will come. */
  flush(host?: string): readonly Alert[] {
    if (host !== undefined) return this.#tell(host, this.#byHost.get(host)?.takeAll() ?? []);
    const rollUps: Alert[] = [];
    for (const window of [...this.#windows.values()]) this.#close(window, rollUps);
    return rollUps;
  }

  /** The port holds nothing of it: all is to be saved again. */
  forgetSaved(): void {
    this.#unsaved.startOver(this.#windows.keys());
  }

  save(port: StatePort): void {
    this.#unsaved.save(port, (key) => this.#windows.get(key));
  }

  get #oldest(): Window {
    return this.#windows.values().next().value!;
  }

  #covers({ openedMs }: Window, alert: Alert): boolean {
    return Math.abs(alert.timeMs - openedMs) < this.#options.windowMs;
  }

  #open(key: string, alert: Alert): Window {
    const window: Window = {
      key,
      serial: this.#nextSerial++,
      host: hostKeyOf(alert.subject.event.host),
      openedMs: alert.timeMs,
      passed: 0,
      count: 0,
      firstMs: alert.timeMs,
      lastMs: alert.timeMs,
      eventIds: [],
      truncated: false,
      first: undefined,
      heldLength: 0,
    };
    this.#insert(window);
    return window;
  }

  #insert(window: Window): void {
    this.#windows.set(window.key, window);
    this.#heldLength += window.heldLength;
    const windows = this.#byHost.get(window.host) ?? new OpeningOrder();
    this.#byHost.set(window.host, windows);
    windows.add(window);
  }

  #close(window: Window, rollUps: Alert[]): void {
    const windows = this.#byHost.get(window.host)!;
    windows.remove(window);
    if (windows.isEmpty) this.#byHost.delete(window.host);
    this.#forget(window, rollUps);
  }

  /** Roll-ups of windows of a host that were taken out of its order. */
  #tell(host: string, windows: readonly Window[]): Alert[] {
    if (this.#byHost.get(host)?.isEmpty === true) this.#byHost.delete(host);
    const rollUps: Alert[] = [];
    for (const window of windows) this.#forget(window, rollUps);
    return rollUps;
  }

  #forget(window: Window, rollUps: Alert[]): void {
    this.#windows.delete(window.key);
    this.#heldLength -= window.heldLength;
    this.#unsaved.remove(window.key);
    if (window.first === undefined) return;
    const { count, firstMs, lastMs, truncated } = window;
    rollUps.push(createRollUp(window.first, { count, firstMs, lastMs, truncated }, window.eventIds));
  }
}

const none: readonly Alert[] = [];

/** Returns how many characters more the window holds. */
function holdBack(window: Window, alert: Alert): number {
  let length = 0;
  if (window.first === undefined) {
    window.first = { ...alert, subject: rememberStart(alert.subject) };
    window.firstMs = alert.timeMs;
    window.lastMs = alert.timeMs;
    length += JSON.stringify(window.first).length;
  }
  window.count++;
  window.firstMs = Math.min(window.firstMs, alert.timeMs);
  window.lastMs = Math.max(window.lastMs, alert.timeMs);
  const room = maxRollUpEvents - window.eventIds.length;
  if (alert.eventIds.length > room) window.truncated = true;
  for (const id of alert.eventIds.slice(0, room)) {
    window.eventIds.push(id);
    length += id.length;
  }
  window.heldLength += length;
  return length;
}

function keyOf({ rule, subject: { event } }: Alert): string {
  const { process } = event;
  const parts = [
    rule.id,
    hostKeyOf(event.host),
    userKeyOf(event),
    (process.parent.executable ?? process.parent.name ?? '').toLowerCase(),
    (process.executable ?? process.name ?? '').toLowerCase(),
    normalizeLine(process.commandLine ?? process.args?.join(' ') ?? ''),
  ];
  return hash('sha256', parts.join('\n'), 'hex').slice(0, 32);
}
