/** Where things are in the data folder. */
export const places = {
  config: 'problemchild.yaml',
  state: 'state/agent.db',
  log: 'logs/agent.log',
  exceptions: 'exceptions',
  indicators: 'indicators',
  secrets: 'secrets',
  authority: 'siem-ca.pem',
} as const;

/** A secret that the configuration refers to by where it is kept. */
export interface PlannedSecret {
  /** Name of its file, where it is not sealed. */
  readonly name: string;
  readonly value: string;
}

/** How the configuration refers to a secret: `{file}` or `{dpapi}`. */
export type KeepSecret = (secret: PlannedSecret) => Readonly<Record<string, string>>;
