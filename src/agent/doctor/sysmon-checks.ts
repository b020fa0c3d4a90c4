import { listProcesses, queryChannel } from '../../windows/index.ts';
import { describeChannel } from './channel-facts.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';
import { libraryOf, systemOf } from './doctor-context.ts';
import { formatBytes } from './host-checks.ts';

const sysmonChannel = 'Microsoft-Windows-Sysmon/Operational';
const sysmonImage = /^sysmon(64a?)?(\.exe)?$/i;
/** As its installation names them unless it is told otherwise. */
const serviceNames = ['Sysmon64', 'Sysmon64a', 'Sysmon'] as const;
const driverName = 'SysmonDrv';
const services = 'SYSTEM\\CurrentControlSet\\Services';
const settingsKey = `${services}\\${driverName}\\Parameters`;

export const sysmonChecks: readonly Check[] = [
  {
    id: 'sysmon-channel',
    title: "Sysmon's channel can be read",
    needs: ['library'],
    remedy: 'Install Sysmon and enable its channel; without it the agent traces the kernel itself.',
    look(context) {
      const facts = queryChannel(libraryOf(context), sysmonChannel);
      if (facts === undefined) return ok('Sysmon is not installed; the kernel is traced instead');
      if (!facts.enabled) return warn('the channel is disabled; the kernel is traced instead');
      return describeChannel(facts);
    },
  },
  {
    id: 'sysmon-running',
    title: 'Sysmon runs where its channel is read',
    needs: ['library'],
    remedy: 'Start the Sysmon service; until then the agent traces the kernel itself.',
    look(context) {
      const library = libraryOf(context);
      if (queryChannel(library, sysmonChannel)?.enabled !== true) return skip('its channel is not read');
      const runs = listProcesses(library).some(({ imageName }) => sysmonImage.test(imageName ?? ''));
      return runs ? ok('it runs') : warn('the channel is enabled, but no Sysmon process runs');
    },
  },
  {
    id: 'sysmon-rules',
    title: 'Sysmon logs process starts',
    needs: ['library'],
    remedy: 'Give Sysmon a configuration that includes ProcessCreate (event 1), with hashes of SHA256.',
    look(context) {
      const facts = queryChannel(libraryOf(context), sysmonChannel);
      if (facts?.enabled !== true) return skip('its channel is not read');
      return facts.recordCount > 0
        ? ok(`${facts.recordCount} records; which kinds its configuration includes is not read`)
        : warn('the channel holds no record at all');
    },
  },
  {
    id: 'sysmon-driver',
    title: "Sysmon's service and its driver run",
    needs: ['windows'],
    remedy: 'Start Sysmon, or install it again (`sysmon64 -i`); without its driver it logs no process start.',
    look(context) {
      const { registry, serviceState } = systemOf(context);
      const service = serviceNames.find(
        (name) => registry.text(`${services}\\${name}`, 'ImagePath') !== undefined,
      );
      if (service === undefined) return skip('Sysmon is not installed, or under a name of its own');
      const state = serviceState(service);
      if (state !== 'running') return fail(`${service} is ${state ?? 'not to be asked'}`);
      const driver = serviceState(driverName);
      if (driver === undefined) return skip(`${service} runs; its driver has a name of its own`);
      return driver === 'running' ? ok(`${service} and ${driverName}`) : fail(`${driverName} is ${driver}`);
    },
  },
  {
    id: 'sysmon-configuration',
    title: "Sysmon's configuration is known",
    needs: ['windows'],
    remedy:
      'Compare it with what was rolled out (`sysmon64 -c` prints it), and see that ProcessCreate leaves out no program that matters.',
    look(context) {
      const { registry } = systemOf(context);
      if (registry.number(`${services}\\${driverName}`, 'Start') === undefined)
        return skip('Sysmon is not installed, or its driver has a name of its own');
      const rules = registry.bytes(settingsKey, 'Rules');
      if (rules === undefined || rules.length === 0)
        return ok('no rules: every process start is logged, with SHA1 alone unless hashes were chosen');
      const file = registry.text(settingsKey, 'ConfigFile') ?? 'a file that it does not name';
      const hash = registry.text(settingsKey, 'ConfigHash');
      const from = `rules of ${formatBytes(rules.length)} from ${file}${hash === undefined ? '' : ` (${hash})`}`;
      // Their form is nowhere described: what they leave out cannot be told from here.
      return ok(`${from}; which process starts they leave out is not read`);
    },
  },
];
