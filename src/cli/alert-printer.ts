import { type Alert, alertToEcs, type Incident, incidentToEcs } from '../alert/index.ts';
import { type AlertTableOptions, formatAlert, formatHeader } from './alert-table.ts';
import { formatIncident } from './incident-table.ts';
import type { ResultWriter } from './result-writer.ts';

interface AlertPrinterOptions extends AlertTableOptions {
  readonly format: 'table' | 'ndjson';
}

/** Prints alerts and incidents as a table for eyes or as one ECS document a line. */
export class AlertPrinter {
  readonly #writer: ResultWriter;
  readonly #options: AlertPrinterOptions;
  /** Texts of incidents that are printed later, or ids where documents are printed. */
  #postponed: string[] = [];
  #section: 'none' | 'alerts' | 'incidents' = 'none';

  constructor(writer: ResultWriter, options: AlertPrinterOptions) {
    this.#writer = writer;
    this.#options = options;
  }

  alert(alert: Alert): void {
    if (this.#options.format === 'ndjson') {
      this.#writer.json(alertToEcs(alert));
      return;
    }
    if (this.#section === 'none') this.#writer.line(formatHeader());
    this.#section = 'alerts';
    this.#writer.line(formatAlert(alert, this.#options));
  }

  incident(incident: Incident): void {
    if (this.#options.format === 'ndjson') this.#writer.json(incidentToEcs(incident));
    else this.#incidentText(formatIncident(incident, this.#options));
  }

  /** Keeps an incident for {@link postponed}. A whole one may hold thousands of starts: only what it takes is kept. */
  postpone(incident: Incident): void {
    this.#postponed.push(
      this.#options.format === 'ndjson' ? incident.id : formatIncident(incident, this.#options),
    );
  }

  /** Prints what was postponed; `documentOf` has the document of an incident, as JSON, by its id. */
  async postponed(documentOf: (id: string) => string | undefined): Promise<void> {
    for (const kept of this.#postponed) {
      if (this.#options.format === 'ndjson') this.#writer.jsonText(documentOf(kept)!);
      else this.#incidentText(kept);
      await this.#writer.flush();
    }
    this.#postponed = [];
  }

  #incidentText(text: string): void {
    if (this.#section !== 'incidents') this.#writer.line('\nINCIDENTS');
    this.#section = 'incidents';
    this.#writer.line(text);
  }
}
