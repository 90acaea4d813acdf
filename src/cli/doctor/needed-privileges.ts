/** A privilege of vSphere, and what cannot be done without it. */
export interface NeededPrivilege {
  readonly privilege: string;
  readonly for: string;
  /** Nothing works, or no guest operation does. */
  readonly isEssential?: true;
}

/** The privileges that Revix needs of a user on a machine. docs/vsphere.md tells those for rarer functions. */
export const neededPrivileges: readonly NeededPrivilege[] = [
  { privilege: 'System.View', for: 'finding machines', isEssential: true },
  { privilege: 'System.Read', for: 'reading machines', isEssential: true },
  { privilege: 'VirtualMachine.GuestOperations.Query', for: 'guest login, reading in the guest', isEssential: true },
  { privilege: 'VirtualMachine.GuestOperations.Modify', for: 'changing files in the guest', isEssential: true },
  { privilege: 'VirtualMachine.GuestOperations.Execute', for: 'running programs in the guest', isEssential: true },
  { privilege: 'VirtualMachine.Interact.PowerOn', for: 'start' },
  { privilege: 'VirtualMachine.Interact.PowerOff', for: 'stop' },
  { privilege: 'VirtualMachine.Interact.Reset', for: 'reset' },
  { privilege: 'VirtualMachine.Interact.Suspend', for: 'suspend' },
  { privilege: 'VirtualMachine.Interact.ToolsInstall', for: 'installTools' },
  { privilege: 'VirtualMachine.Interact.CreateScreenshot', for: 'captureScreen' },
  { privilege: 'VirtualMachine.State.CreateSnapshot', for: 'snapshot' },
  { privilege: 'VirtualMachine.State.RevertToSnapshot', for: 'revertToSnapshot' },
  { privilege: 'VirtualMachine.State.RemoveSnapshot', for: 'deleteSnapshot' },
  { privilege: 'VirtualMachine.Config.AdvancedConfig', for: 'writeVariable' },
];
