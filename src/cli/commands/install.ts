import { Command } from 'commander';
import {
  configureInstallation,
  configureService,
  type InstallRequest,
  openInstallHost,
  openLibrary,
  parseInstallRequest,
  releaseInstallation,
  undoInstallation,
} from '../../agent/index.ts';
import { loadConfig } from '../../config/index.ts';
import type { CliIo } from '../io.ts';
import { readAll } from '../standard-input.ts';

const steps = {
  configure: {
    text: 'Make the data folder and its configuration.',
    run: async (request) => configureInstallation(request, await openInstallHost(await openDefaultLibrary())),
  },
  undo: {
    text: 'Take away what a failed installation wrote.',
    run: async (request) => undoInstallation(request),
  },
  service: {
    text: 'Set up recovery, privileges and access of the installed service.',
    run: async (request) => configureService(request, await openDefaultLibrary()),
  },
  release: {
    text: 'Let go of everything that the agent holds of this host, before an uninstallation.',
    run: async (request) => releaseInstallation(request, await openDefaultLibrary()),
  },
} as const satisfies Record<string, { text: string; run: (request: InstallRequest) => Promise<string[]> }>;

/** `problemchild install …`: steps of the installer, which hands them its properties on standard input. */
export function installCommand(io: CliIo): Command {
  const command = new Command('install').description('Steps of the installer; nobody else needs them.');
  for (const [name, { text, run }] of Object.entries(steps)) {
    command.addCommand(
      new Command(name).description(text).action(async () => {
        for (const line of await run(parseInstallRequest(await readAll(io.stdin))))
          io.stdout.write(`${line}\n`);
      }),
    );
  }
  return command;
}

/** The configuration may not exist yet, or be what is wrong. */
function openDefaultLibrary() {
  return openLibrary(loadConfig({ env: {} }).config);
}
