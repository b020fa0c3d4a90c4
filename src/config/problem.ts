import { AgentError, type ErrorCode } from '../errors/index.ts';
import { escapeForTerminal } from '../text/index.ts';

/** The layers of the configuration in rising precedence. */
export type Layer = 'default' | 'file' | 'environment' | 'flag';

/** Where a value was given: `/etc/agent.yaml:3:10`, `PC_LOG_LEVEL` or `--log-level`; empty for a default. */
export interface Origin {
  readonly layer: Layer;
  readonly where: string;
}

/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  readonly code: ErrorCode;
  readonly origin: Origin;
  /** Dotted key, or '' where the problem is not about one. */
  readonly key: string;
  /** What was expected and found, in one line; already escaped. */
  readonly message: string;
}

const maxNamedProblems = 100;

function formatProblem(problem: ConfigProblem): string {
  const parts = [problem.origin.where, problem.key].filter((part) => part !== '');
  const place = escapeForTerminal(parts.join(': '), 1024);
  return `${place}${place === '' ? '' : ': '}${problem.message}`;
}

/** The configuration was refused. The message names every problem, one a line. */
export class ConfigError extends AgentError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const [first] = problems;
    const lines = problems.slice(0, maxNamedProblems).map(formatProblem);
    if (problems.length > maxNamedProblems) lines.push(`… and ${problems.length - maxNamedProblems} more`);
    super(
      first !== undefined && problems.length === 1 ? first.code : 'PC_CONFIG_INVALID',
      lines.join('\n'),
      first === undefined ? {} : { where: first.origin.where },
    );
    this.problems = problems;
  }
}
