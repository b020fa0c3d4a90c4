import type { Command } from 'commander';
import type { CliIo } from './io.ts';

type Finish = (exitCode: number) => void;
type OpenCommand = (io: CliIo, finish: Finish) => Promise<Command>;

/** In the order of the help. Each is loaded when it is named, so that what stays running does not hold what others need. */
const commands: Readonly<Record<string, OpenCommand>> = {
  replay: async (io, finish) => (await import('./commands/replay.ts')).replayCommand(io, finish),
  report: async (io, finish) => (await import('./commands/report.ts')).reportCommand(io, finish),
  run: async (io, finish) => (await import('./commands/run.ts')).runCommand(io, finish),
  record: async (io, finish) => (await import('./commands/record.ts')).recordCommand(io, finish),
  status: async (io, finish) => (await import('./commands/status.ts')).statusCommand(io, finish),
  top: async (io) => (await import('./commands/top.ts')).topCommand(io),
  metrics: async (io) => (await import('./commands/metrics.ts')).metricsCommand(io),
  reload: async (io) => (await import('./commands/reload.ts')).reloadCommand(io),
  score: async (io, finish) => (await import('./commands/score.ts')).scoreCommand(io, finish),
  exceptions: async (io, finish) => (await import('./commands/exceptions.ts')).exceptionsCommand(io, finish),
  explain: async (io, finish) => (await import('./commands/explain.ts')).explainCommand(io, finish),
  features: async (io, finish) => (await import('./commands/features.ts')).featuresCommand(io, finish),
  model: async (io) => (await import('./commands/model.ts')).modelCommand(io),
  baseline: async (io, finish) => (await import('./commands/baseline.ts')).baselineCommand(io, finish),
  forward: async (io, finish) => (await import('./commands/forward.ts')).forwardCommand(io, finish),
  response: async (io, finish) => (await import('./commands/response.ts')).responseCommand(io, finish),
  process: async (io, finish) => (await import('./commands/process.ts')).processCommand(io, finish),
  host: async (io, finish) => (await import('./commands/host.ts')).hostCommand(io, finish),
  evidence: async (io, finish) => (await import('./commands/evidence.ts')).evidenceCommand(io, finish),
  hunt: async (io, finish) => (await import('./commands/hunt.ts')).huntCommand(io, finish),
  siem: async (io) => (await import('./commands/siem.ts')).siemCommand(io),
  doctor: async (io, finish) => (await import('./commands/doctor.ts')).doctorCommand(io, finish),
  selftest: async (io, finish) => (await import('./commands/selftest.ts')).selftestCommand(io, finish),
  diagnostics: async (io) => (await import('./commands/diagnostics.ts')).diagnosticsCommand(io),
  config: async (io) => (await import('./commands/config.ts')).configCommand(io),
  install: async (io) => (await import('./commands/install.ts')).installCommand(io),
};

/** Not in the help: what the installer calls. */
const hidden: ReadonlySet<string> = new Set(['install']);

/** Adds the command that is named, or all where none is: for the help, and for what a wrong name may have meant. */
export async function addCommands(
  program: Command,
  [named]: readonly string[],
  io: CliIo,
  finish: Finish,
): Promise<void> {
  const isKnown = named !== undefined && Object.hasOwn(commands, named);
  for (const [name, open] of Object.entries(commands)) {
    if (isKnown && name !== named) continue;
    program.addCommand(await open(io, finish), { hidden: hidden.has(name) });
  }
}
