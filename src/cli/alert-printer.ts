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
    if (this.#options.format === 'ndjson') {
      this.#writer.json(incidentToEcs(incident));
      return;
    }
    if (this.#section !== 'incidents') this.#writer.line('\nINCIDENTS');
    this.#section = 'incidents';
    this.#writer.line(formatIncident(incident, this.#options));
  }
}
