import type { ServiceSetup } from '../../windows/index.ts';
import { serviceName } from '../service-name.ts';
import type { ServiceChoices } from './data-folder-files.ts';

/**
 * SYSTEM may do everything; administrators may see, start and, unless it is locked, stop and pause the service, but
 * neither change nor delete it; others may see that it runs. Letters: docs.microsoft.com, "Service Security and
 * Access Rights".
 */
function accessOf(locked: boolean): string {
  const system = '(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;SY)';
  const administrators = `(A;;CCLCSWRP${locked ? '' : 'WPDT'}LOCRRC;;;BA)`;
  const others = '(A;;CCLCSWLOCRRC;;;IU)(A;;CCLCSWLOCRRC;;;SU)';
  return `D:${system}${administrators}${others}`;
}

/**
 * What tracing needs, and nothing else that a service of SYSTEM has: profiling for the kernel's session, debugging
 * for reading and ending other accounts' processes. SeChangeNotifyPrivilege stays anyhow.
 */
const privileges = ['SeChangeNotifyPrivilege', 'SeDebugPrivilege', 'SeSystemProfilePrivilege'];

/** How the service is set up beyond what the installer's tables say. */
export function serviceSetup({ start, locked }: ServiceChoices, command: string): ServiceSetup {
  return {
    name: serviceName,
    start,
    command,
    preshutdownMs: 20_000,
    failureResetMs: 86_400_000,
    restartMs: [1_000, 5_000, 60_000],
    privileges,
    access: accessOf(locked),
  };
}
