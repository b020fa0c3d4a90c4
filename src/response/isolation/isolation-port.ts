import type { IsolationPlan } from './isolation-plan.ts';

/** What the system has of the agent's filters. */
export interface FiltersInForce {
  /** None at all: the host is not isolated. */
  readonly filters: number;
  /** Filters that are there and not in force: for the time of the next start, or disabled. */
  readonly idle: number;
  /** Id of the plan they are of; `undefined` without filters, or when they are not of one plan. */
  readonly planId: string | undefined;
}

/** The system's packet filter. Every method throws an AgentError with the system's own words when it fails. */
export interface IsolationPort {
  /** Puts the plan in the place of whatever there was: all of it or, when it throws, nothing changed. */
  apply(plan: IsolationPlan): Promise<void>;
  /** Takes all of the agent's filters away; none there is fine. */
  remove(): Promise<void>;
  read(): Promise<FiltersInForce>;
}
