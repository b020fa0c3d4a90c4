import type { Severity } from '../../detection/index.ts';

/** What may be done about a process, from mildest to hardest. */
export type ResponseMode = 'audit' | 'suspend' | 'terminate';
/** What a rule asks for. */
export type WantedVerb = 'none' | 'suspend' | 'terminate';
/** The process alone, or with everything that descends from it. */
export type ResponseTarget = 'process' | 'tree';

/** What one rule says differently from the policy as a whole. */
export interface RuleResponse {
  readonly action?: WantedVerb | undefined;
  readonly minProbability?: number | undefined;
  readonly minRarity?: number | undefined;
  readonly target?: ResponseTarget | undefined;
  readonly suspendFirst?: boolean | undefined;
}

/** Patterns with `*` and `?`, without case. An empty list says nothing. */
export interface ScopeLists {
  readonly hosts: readonly string[];
  /** SID, `name` or `domain\name`. */
  readonly users: readonly string[];
  /** SID, or name where names are known. */
  readonly groups: readonly string[];
  readonly processes: readonly string[];
  readonly paths: readonly string[];
  readonly signers: readonly string[];
}

export interface BudgetLimits {
  readonly perMinute: number;
  readonly perHour: number;
  /** In one hour, on processes of one user. */
  readonly perUser: number;
  /** In one hour, on processes of one image. */
  readonly perImage: number;
}

/** The `response` section of the configuration, as far as deciding goes. */
export interface ResponsePolicy {
  readonly mode: ResponseMode;
  /** Least malicious probability. */
  readonly minProbability: number;
  /** Least interim score of the anomaly jobs, 0..100; 0 asks for none. */
  readonly minRarity: number;
  readonly severities: Readonly<Record<Severity, WantedVerb>>;
  /** By rule id. */
  readonly rules: Readonly<Record<string, RuleResponse>>;
  readonly target: ResponseTarget;
  /** Suspend at once, and decide about ending it `holdMs` later. */
  readonly suspendFirst: boolean;
  readonly holdMs: number;
  /** Least interim score seen during the hold for the process to be ended rather than resumed. */
  readonly holdMinRarity: number;
  readonly maxAgeMs: number;
  readonly serviceAccounts: boolean;
  readonly protectedImages: readonly string[];
  readonly systemFolders: readonly string[];
  readonly only: ScopeLists;
  readonly except: ScopeLists;
  readonly budget: BudgetLimits;
}
