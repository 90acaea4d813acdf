import type { VmRecord } from '../../world/vm/vm-record.js';
import { currentToolsVersion, toolsStart } from '../../world/vm/power-state.js';
import { machineOf } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

const tools = '/vcenter/vm/{vm}/tools';
const installer = `${tools}/installer`;
const installPrivilege = 'VirtualMachine.Interact.ToolsInstall';

/** Entry of the configuration that says when Tools upgrades itself, with its values by the words of this API. */
const policyEntry = 'tools.upgrade.policy';
const policies: Readonly<Record<string, string>> = { MANUAL: 'manual', UPGRADE_AT_POWER_CYCLE: 'upgradeAtPowerCycle' };

/** VMware Tools of machines: what it is, when it upgrades, and its installer. */
export const toolsRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    path: tools,
    isLegacyToo: true,
    run: async (call) => {
      const { vm } = await machineOf(call, 'System.Read');
      return ok(infoOf(await vm.record(), call.endpoint.clock.now()));
    },
  },
  {
    method: 'PATCH',
    path: tools,
    isLegacyToo: true,
    run: async (call) => {
      const { vm, world } = await machineOf(call, 'VirtualMachine.Config.Settings');
      const policy = call.body.optionalText('upgrade_policy');
      if (policy === undefined) return noContent;
      const value = Object.hasOwn(policies, policy) ? policies[policy] : undefined;
      if (value === undefined) throw new RestProblem('INVALID_ARGUMENT', `There is no upgrade policy '${policy}'.`);
      await vm.settings.change({ config: { [policyEntry]: value } }, world);
      return noContent;
    },
  },
  { method: 'POST', path: tools, action: 'upgrade', isLegacyToo: true, run: upgrade },
  {
    method: 'GET',
    path: installer,
    isLegacyToo: true,
    run: async (call) => {
      const { vm } = await machineOf(call, 'System.Read');
      return ok({ is_connected: (await vm.record()).tools.isInstallerMounted });
    },
  },
  {
    method: 'POST',
    path: installer,
    action: 'connect',
    isLegacyToo: true,
    run: async (call) => {
      const { vm, world } = await machineOf(call, installPrivilege);
      const { tools: state, name } = await vm.record();
      if (state.isInstallerMounted) {
        throw new RestProblem('ALREADY_IN_DESIRED_STATE', `The installer of Tools is connected to '${name}' already.`);
      }
      await vm.tools.install({ autoUpgrade: false, waitForEnd: false }, world);
      return noContent;
    },
  },
  {
    method: 'POST',
    path: installer,
    action: 'disconnect',
    isLegacyToo: true,
    run: async (call) => {
      const { vm, world } = await machineOf(call, installPrivilege);
      requireOn(await vm.record());
      await vm.tools.ejectInstaller(world);
      return noContent;
    },
  },
];

/** Only begins the upgrade. */
async function upgrade(call: RestCall) {
  const { vm, world } = await machineOf(call, installPrivilege);
  const record = await vm.record();
  requireOn(record);
  const { name, tools: state } = record;
  if (state.installEndsAtMs !== undefined) {
    throw new RestProblem('ALREADY_IN_DESIRED_STATE', `Tools of '${name}' is being upgraded already.`);
  }
  await vm.tools.install({ autoUpgrade: true, waitForEnd: false }, world);
  return noContent;
}

/** @throws RestProblem `NOT_ALLOWED_IN_CURRENT_STATE`. */
function requireOn({ name, power }: VmRecord): void {
  if (power.phase !== 'on') throw new RestProblem('NOT_ALLOWED_IN_CURRENT_STATE', `'${name}' is not powered on.`);
}

function infoOf(record: VmRecord, nowMs: number): object {
  const { version, installAttempts, installError } = record.tools;
  const start = toolsStart(record, nowMs);
  const isRunning = start.state === 'running';
  const policy = Object.entries(policies).find(([, value]) => value === record.config[policyEntry])?.[0] ?? 'MANUAL';
  const common = {
    auto_update_supported: isRunning,
    run_state: !isRunning ? 'NOT_RUNNING' : start.scriptsReadyInMs > 0 ? 'EXECUTING_SCRIPTS' : 'RUNNING',
    upgrade_policy: policy,
    ...(installAttempts === undefined ? {} : { install_attempt_count: installAttempts }),
    ...(installError === undefined ? {} : { error: installError }),
  };
  if (version === null) return { ...common, version_status: 'NOT_INSTALLED' };
  return {
    ...common,
    version_status: version < currentToolsVersion ? 'SUPPORTED_OLD' : 'CURRENT',
    install_type: record.guest.family === 'windows' ? 'MSI' : 'OPEN_VM_TOOLS',
    version: [Math.floor(version / 1024), Math.floor((version % 1024) / 32), version % 32].join('.'),
    version_number: version,
  };
}
