import { alertToEcs, type DeskOutcome, incidentToJson } from '../../alert/index.ts';

/** Flagged starts whose alerts are kept in mind; the oldest leave first. */
const maxCases = 500;
/** Alerts of one start: each rule raises one, and a cluster one for each of its runs. */
const maxAlerts = 100;

interface Case {
  readonly alerts: Map<string, string>;
  incident: { readonly id: string; readonly document: string } | undefined;
  /** Where it goes, once there is a bundle. */
  bundleId: string | undefined;
}

/** What alerts and incidents say about a bundle's process. */
export interface CaseFacts {
  /** One JSON document a line. */
  readonly alerts: string;
  readonly incident: { readonly id: string; readonly document: string } | undefined;
}

/**
 * Alerts are raised when the batch is done, and incidents later still, while the process has long been ended. This
 * keeps both for the starts that were acted on, whichever comes first.
 */
export class CaseMemory {
  readonly #cases = new Map<string, Case>();

  /** Something is about to be done about the process of this event. */
  expect(eventId: string): void {
    if (this.#cases.has(eventId)) return;
    const [oldest] = this.#cases.keys();
    if (this.#cases.size >= maxCases && oldest !== undefined) this.#cases.delete(oldest);
    this.#cases.set(eventId, { alerts: new Map(), incident: undefined, bundleId: undefined });
  }

  /** There is a bundle for these events now; answers what is known already. */
  bind(eventIds: readonly string[], bundleId: string): CaseFacts {
    for (const eventId of eventIds) {
      this.expect(eventId);
      this.#cases.get(eventId)!.bundleId = bundleId;
    }
    return this.factsOf(bundleId);
  }

  /** Takes what a batch came to, and answers the bundles of which more is known now. */
  learn({ alerts, incidents }: DeskOutcome): Set<string> {
    const grown = new Set<string>();
    if (this.#cases.size === 0) return grown;
    for (const alert of alerts) {
      this.#note(alert.eventIds, grown, (known) => {
        if (known.alerts.size < maxAlerts) known.alerts.set(alert.id, JSON.stringify(alertToEcs(alert)));
      });
    }
    for (const incident of incidents) {
      const eventIds = incident.members.map(({ eventId }) => eventId);
      this.#note(eventIds, grown, (known) => {
        known.incident = { id: incident.id, document: incidentToJson(incident) };
      });
    }
    return grown;
  }

  factsOf(bundleId: string): CaseFacts {
    const alerts = new Map<string, string>();
    let incident: CaseFacts['incident'];
    for (const known of this.#cases.values()) {
      if (known.bundleId !== bundleId) continue;
      for (const [id, document] of known.alerts) alerts.set(id, document);
      incident ??= known.incident;
    }
    return { alerts: [...alerts.values()].map((document) => `${document}\n`).join(''), incident };
  }

  #note(eventIds: readonly string[], grown: Set<string>, add: (known: Case) => void): void {
    for (const eventId of eventIds) {
      const known = this.#cases.get(eventId);
      if (known === undefined) continue;
      add(known);
      if (known.bundleId !== undefined) grown.add(known.bundleId);
    }
  }
}
