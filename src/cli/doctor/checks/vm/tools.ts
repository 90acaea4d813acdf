import { check, green, trouble } from '../../check.js';
import { foundCheck } from './found.js';
import { powerCheck } from './power.js';

/** What the versions of Tools come to, where that is more than "well". */
const versionProblems: Readonly<Record<string, 'not-installed' | 'too-old' | 'old' | 'withdrawn'>> = {
  guestToolsNotInstalled: 'not-installed',
  guestToolsTooOld: 'too-old',
  guestToolsNeedUpgrade: 'old',
  guestToolsSupportedOld: 'old',
  guestToolsBlacklisted: 'withdrawn',
};

export const toolsCheck = check({
  id: 'vm.tools',
  title: 'Tools',
  looksAt: 'Whether VMware Tools is installed in the guest and runs, its version, and who manages it.',
  needs: { vm: foundCheck, power: powerCheck },
  problems: {
    'not-installed': {
      status: 'red',
      cause: 'VMware Tools is not installed in the guest.',
      next: 'Install it there: the package open-vm-tools on Linux, `vmrun installTools` elsewhere.',
    },
    'not-running': {
      status: 'red',
      cause: 'VMware Tools does not run in the guest (last known version: {version}).',
      next: 'A guest that boots needs a while: wait with VixVM_WaitForToolsInGuest. Otherwise start the service vmtoolsd (VMTools on Windows) in the guest.',
    },
    'too-old': {
      status: 'red',
      cause: 'VMware Tools in the guest (version {version}) is too old for this host.',
      next: 'Upgrade it: `vmrun installTools`, or the package manager of the guest.',
    },
    old: {
      status: 'yellow',
      cause: 'VMware Tools runs, in an old version ({version}).',
      next: 'Upgrade it when there is time for a restart of the guest.',
    },
    withdrawn: {
      status: 'yellow',
      cause: 'VMware Tools runs in a version that VMware has withdrawn ({version}).',
      next: 'Upgrade it soon: the version has a known defect.',
    },
    'in-scripts': {
      status: 'yellow',
      cause: 'VMware Tools is just running its power scripts.',
      next: 'Try again in a moment.',
    },
  },
  run: ({ vm: { values } }) => {
    const status = values['guest.toolsVersionStatus2'] ?? 'unknown';
    const running = values['guest.toolsRunningStatus'] ?? 'unknown';
    const version = values['guest.toolsVersion'] ?? 'unknown';
    const managedBy = values['guest.toolsInstallType'] ?? 'unknown';
    const facts = { status, running, version, managedBy };
    const more = { facts, value: undefined };
    const problem = versionProblems[status];
    if (problem === 'not-installed' || problem === 'too-old') return trouble(problem, more);
    if (running === 'guestToolsNotRunning') return trouble('not-running', more);
    if (running === 'guestToolsExecutingScripts') return trouble('in-scripts', more);
    if (problem !== undefined) return trouble(problem, more);
    const manager = status === 'guestToolsUnmanaged' ? 'managed by the guest itself' : 'managed by vSphere';
    return green(`version ${version} runs, ${manager}`, undefined, { facts });
  },
});
