import { dirname } from 'node:path';
import { serviceName } from '../service-name.ts';
import { type Check, fail, ok, skip, warn } from './check.ts';
import { configOf, isInstalled, systemOf } from './doctor-context.ts';

const serviceKey = `SYSTEM\\CurrentControlSet\\Services\\${serviceName}`;
const eventSourceKey = `SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\${serviceName}`;
const defenderKey = 'SOFTWARE\\Microsoft\\Windows Defender';
/** Where SERVICE_FAILURE_ACTIONS, as the registry keeps it, says how many actions there are. */
const actionCountAt = 12;

export const serviceChecks: readonly Check[] = [
  {
    id: 'service-installed',
    title: 'The agent is installed as a service',
    needs: ['windows'],
    remedy: 'Install the MSI; a run in the foreground does not need it.',
    look(context) {
      const image = systemOf(context).registry.text(serviceKey, 'ImagePath');
      return image === undefined ? warn('there is no service of its name') : ok(image);
    },
  },
  {
    id: 'service-running',
    title: 'The service runs',
    needs: ['windows'],
    remedy:
      'Start it with `sc.exe start ProblemChild`; why it stopped is in its log and in the Application log, source ProblemChild.',
    look(context) {
      const state = systemOf(context).serviceState(serviceName);
      if (state === undefined) return skip('there is no service of its name, or it may not be asked');
      return state === 'running' ? ok(state) : fail(state);
    },
  },
  {
    id: 'service-start',
    title: 'The service starts with Windows',
    needs: ['windows'],
    remedy: 'Set its start type to automatic.',
    look(context) {
      const start = systemOf(context).registry.number(serviceKey, 'Start');
      if (start === undefined) return skip('there is no service of its name');
      return start <= 2
        ? ok('automatic')
        : warn(start === 3 ? 'only when somebody starts it' : 'it is disabled');
    },
  },
  {
    id: 'service-recovery',
    title: 'Windows starts the service again when it fails',
    needs: ['windows'],
    remedy: 'Install the MSI again: it sets the recovery actions, also for an exit with an error.',
    look(context) {
      const { registry } = systemOf(context);
      if (registry.text(serviceKey, 'ImagePath') === undefined)
        return skip('there is no service of its name');
      const actions = registry.bytes(serviceKey, 'FailureActions');
      if (actions === undefined || actions.length < actionCountAt + 4)
        return warn('no recovery actions are set');
      if (actions.readUInt32LE(actionCountAt) === 0) return warn('no recovery actions are set');
      return registry.number(serviceKey, 'FailureActionsOnNonCrashFailures') === 1
        ? ok('also after an exit with an error')
        : warn('only after a crash, not after an exit with an error');
    },
  },
  {
    id: 'event-source',
    title: 'The source of the event log is registered',
    needs: ['windows'],
    remedy: 'Install the MSI; without it, Event Viewer shows the events without their texts.',
    look(context) {
      const file = systemOf(context).registry.text(eventSourceKey, 'EventMessageFile');
      return file === undefined ? warn('it is not') : ok(file);
    },
  },
  {
    id: 'folder-permissions',
    title: 'Only administrators may change what the agent reads and keeps',
    needs: ['windows', 'configuration'],
    remedy: 'Take write access from the account named, and look at what is in the folder before you go on.',
    look(context) {
      const { config, file } = context.loaded ?? {};
      const { state, model, detection, alert } = config ?? configOf(context);
      const places = [
        file,
        ...(file === undefined ? [] : [dirname(file)]),
        ...(state.file === null ? [] : [dirname(state.file)]),
        model.bundle,
        detection.rulesFolder,
        alert.exceptionsFolder,
        alert.iocFolder,
      ].filter((place) => place !== null && place !== undefined);
      const system = systemOf(context);
      const open = places.flatMap((place) => {
        const writer = system.untrustedWriterOf(place, isInstalled(system));
        return writer === undefined ? [] : [`${writer} may change ${place}`];
      });
      return open.length === 0 ? ok(`${places.length} places`) : fail(open.join('; '));
    },
  },
  {
    id: 'antivirus',
    title: 'The antivirus leaves the state folder alone',
    needs: ['windows', 'state'],
    remedy:
      'Consider a Defender exclusion for the folder of the state file (never for the program): it costs less I/O. Weigh that an attacker may look for such folders.',
    look(context) {
      const { registry } = systemOf(context);
      if (registry.text(defenderKey, 'InstallLocation') === undefined)
        return skip('Defender is not installed');
      const folder = dirname(configOf(context).state.file ?? '');
      const isExcluded = [`${defenderKey}\\Exclusions\\Paths`].some(
        (key) => registry.number(key, folder) !== undefined,
      );
      return ok(
        isExcluded
          ? `${folder} is excluded`
          : 'no exclusion is seen; the agent works without one, with more I/O',
      );
    },
  },
];
