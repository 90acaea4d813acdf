import { VIX_E_NOT_SUPPORTED } from '../../../vix/names.js';
import { CommandFailure } from '../command-failure.js';
import { type Command, command, type Section } from '../command.js';
import type { HostTypeWord } from '../host-types.js';
import { type Parameter, text, vm } from '../parameters.js';

/** A command that is known, so that nobody looks for a spelling mistake, and that no host can do. */
function dropped(
  name: string,
  section: Section,
  parameters: readonly Parameter[],
  summary: string,
  why: string,
): Command {
  const hostTypes: readonly HostTypeWord[] = ['ws', 'fusion'];
  return command({
    name,
    section,
    parameters,
    summary,
    hostTypes,
    opensVm: false,
    run: () => Promise.reject(new CommandFailure('command', VIX_E_NOT_SUPPORTED, `${name}: ${why}`)),
  });
}

const probes = 'VMware dropped VProbes; nothing here can do it';
const script = text('script', 'SCRIPT-TEXT');
const file = text('file', 'HOST-PATH', 'host-path');

/** The commands for VProbes, which went with Workstation 12. */
export const probeCommands: readonly Command[] = [
  dropped('vprobeVersion', 'vprobe', [vm], 'tell the version of VProbes', probes),
  dropped('vprobeLoad', 'vprobe', [vm, script], 'load a probe from its text', probes),
  dropped('vprobeLoadFile', 'vprobe', [vm, file], 'load a probe from a file', probes),
  dropped('vprobeReset', 'vprobe', [vm], 'remove all probes', probes),
  dropped('vprobeListProbes', 'vprobe', [vm], 'list the probes', probes),
  dropped('vprobeListGlobals', 'vprobe', [vm], 'list the global variables of probes', probes),
];

/** The commands for templates of VMware's own. */
export const templateCommands: readonly Command[] = [
  dropped(
    'downloadPhotonVM',
    'template',
    [text('destination', 'HOST-PATH', 'host-path')],
    'fetch a VM with Photon OS from VMware',
    'VMware no longer offers the file; build the VM from an image of Photon OS',
  ),
];
