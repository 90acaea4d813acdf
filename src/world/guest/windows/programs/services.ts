import type { GuestProgram } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { printErrorLine, printLine } from './program-output.js';

interface Service {
  readonly name: string;
  readonly title: string;
}

/** Services that run in every mock guest of Windows. */
const services: readonly Service[] = [
  { name: 'Dhcp', title: 'DHCP Client' },
  { name: 'Dnscache', title: 'DNS Client' },
  { name: 'EventLog', title: 'Windows Event Log' },
  { name: 'LanmanServer', title: 'Server' },
  { name: 'LanmanWorkstation', title: 'Workstation' },
  { name: 'RpcSs', title: 'Remote Procedure Call (RPC)' },
  { name: 'Schedule', title: 'Task Scheduler' },
  { name: 'VMTools', title: 'VMware Tools' },
  { name: 'W32Time', title: 'Windows Time' },
];

function findService(name: string): Service | undefined {
  return services.find((service) =>
    [service.name, service.title].some((each) => each.toLowerCase() === name.toLowerCase()),
  );
}

/** Titles of all services. */
export const serviceTitles: readonly string[] = services.map(({ title }) => title);

/** Whether a service has this name or title. */
export function isService(name: string): boolean {
  return findService(name) !== undefined;
}

/** `sc query [name]`. Services can be looked at, not changed. */
export const sc: GuestProgram = async (context) => {
  const [verb = '', name] = splitArguments(context.arguments);
  if (verb.toLowerCase() !== 'query' && verb.toLowerCase() !== 'queryex') {
    printErrorLine(context, `ERROR: the mock guest knows "sc query" only, not "sc ${verb}".`);
    return 1639;
  }
  const chosen = name === undefined ? services : [findService(name)];
  for (const service of chosen) {
    if (service === undefined) {
      printLine(context, `[SC] EnumQueryServicesStatus:OpenService FAILED 1060:`);
      printLine(context);
      printLine(context, 'The specified service does not exist as an installed service.');
      printLine(context);
      return 1060;
    }
    printLine(context);
    printLine(context, `SERVICE_NAME: ${service.name}`);
    if (name === undefined) printLine(context, `DISPLAY_NAME: ${service.title}`);
    printLine(context, '        TYPE               : 20  WIN32_SHARE_PROCESS');
    printLine(context, '        STATE              : 4  RUNNING');
    printLine(context, '                                (STOPPABLE, NOT_PAUSABLE, ACCEPTS_SHUTDOWN)');
    printLine(context, '        WIN32_EXIT_CODE    : 0  (0x0)');
    printLine(context, '        SERVICE_EXIT_CODE  : 0  (0x0)');
    printLine(context, '        CHECKPOINT         : 0x0');
    printLine(context, '        WAIT_HINT          : 0x0');
  }
  return 0;
};
