import { win32 } from 'node:path';
import { isSourceInput } from '../../config/index.ts';
import { isLiveSourceKind, liveSourceKinds } from '../../source/index.ts';
import { type KeepSecret, places } from './data-folder.ts';
import { planDestination } from './plan-destination.ts';
import { type InstallProperties, isGiven, refuse } from './request.ts';

/** A file that is given by its path and copied into the data folder. */
export interface PlannedCopy {
  readonly property: string;
  readonly from: string;
  /** Relative to the data folder. */
  readonly to: string;
}

export interface InstallPlan {
  /** The configuration's values; `undefined` when a whole file was given. */
  readonly config: Readonly<Record<string, unknown>> | undefined;
  readonly copies: readonly PlannedCopy[];
  /** Path of the baseline to import. */
  readonly baseline: string | undefined;
}

/** Properties that end up in the configuration: they and a whole file exclude each other. */
const settingProperties = [
  'SIEM_TYPE',
  'SIEM_URL',
  'SIEM_TOKEN',
  'SIEM_CA',
  'PROXY',
  'RESPONSE_MODE',
  'SOURCES',
  'EXCEPTIONS',
] as const;

/** Of these properties, those that were given a value. */
export function givenSettings(properties: InstallProperties): string[] {
  return settingProperties.filter((name) => isGiven(properties[name]));
}

/**
 * What the public properties ask for, as a configuration and files to copy.
 * @throws AgentError PC_INSTALL_PROPERTY where they contradict each other
 */
export function planInstallation(properties: InstallProperties, keep: KeepSecret): InstallPlan {
  const baseline = isGiven(properties.BASELINE) ? absolute('BASELINE', properties.BASELINE) : undefined;
  if (isGiven(properties.CONFIGFILE)) {
    const others = givenSettings(properties);
    if (others.length > 0) {
      throw refuse(`CONFIGFILE is a whole configuration; ${others.join(', ')} cannot be given with it`);
    }
    const from = absolute('CONFIGFILE', properties.CONFIGFILE);
    return {
      config: undefined,
      copies: [{ property: 'CONFIGFILE', from, to: places.config }],
      baseline,
    };
  }
  const copies: PlannedCopy[] = [];
  const exceptions = planExceptions(properties.EXCEPTIONS, copies);
  const destination = planDestination(properties, keep);
  if (isGiven(properties.SIEM_CA)) {
    copies.push({ property: 'SIEM_CA', from: absolute('SIEM_CA', properties.SIEM_CA), to: places.authority });
  }
  const config = {
    log: { file: places.log },
    ...(isGiven(properties.SOURCES) ? { source: { input: planInput(properties.SOURCES) } } : {}),
    state: { file: places.state },
    alert: {
      ...(exceptions.length > 0 ? { exceptionSets: exceptions } : {}),
      exceptionsFolder: places.exceptions,
      iocFolder: places.indicators,
    },
    ...(isGiven(properties.RESPONSE_MODE) ? { response: { mode: properties.RESPONSE_MODE } } : {}),
    ...(destination === undefined ? {} : { forward: { destinations: { siem: destination } } }),
  };
  return { config, copies, baseline };
}

/** A path has to be absolute, and a word that is no capture is none. */
function planInput(given: string): string {
  if (isLiveSourceKind(given)) return given;
  if (win32.isAbsolute(given) && isSourceInput(given)) return given;
  throw refuse(
    `SOURCES is ${liveSourceKinds.join(', ')}, or the absolute path of a file of JSON lines to follow`,
  );
}

/** Names of shipped sets are answered; files are added to what is copied. */
function planExceptions(given: string | undefined, copies: PlannedCopy[]): string[] {
  const sets: string[] = [];
  for (const part of (given ?? '').split(/[,;]/).map((each) => each.trim())) {
    if (part === '') continue;
    if (win32.isAbsolute(part)) {
      if (!/\.ya?ml$/i.test(part))
        throw refuse(`EXCEPTIONS names ${win32.basename(part)}, which is no .yml file`);
      const to = `${places.exceptions}/${win32.basename(part)}`;
      // Windows takes names that differ in case alone for one.
      if (copies.some((each) => each.to.toLowerCase() === to.toLowerCase()))
        throw refuse(`EXCEPTIONS names two files ${win32.basename(part)}: they would be one`);
      copies.push({ property: 'EXCEPTIONS', from: part, to });
    } else {
      sets.push(part);
    }
  }
  return sets;
}

function absolute(property: string, path: string): string {
  if (win32.isAbsolute(path)) return path;
  throw refuse(`${property} has to be an absolute path: the installer's working directory is not yours`);
}
