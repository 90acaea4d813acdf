import {
  VIX_E_FAIL,
  VIX_GUEST_ENVIRONMENT_VARIABLE,
  VIX_POWERSTATE_PAUSED,
  VIX_POWERSTATE_POWERED_ON,
  VIX_E_TOOLS_NOT_RUNNING,
  VIX_E_VM_NOT_RUNNING,
  VIX_PROPERTY_VM_POWER_STATE,
  VIX_PROPERTY_VM_TOOLS_STATE,
  VIX_TOOLSSTATE_RUNNING,
  VIX_VM_CONFIG_RUNTIME_ONLY,
  VIX_VM_GUEST_VARIABLE,
} from '../../../vix/names.js';
import { UsageError } from '../../usage-error.js';
import { CommandFailure } from '../command-failure.js';
import { type Command, command, silent } from '../command.js';
import { keyword, type Parameter, vm } from '../parameters.js';
import type { Session } from '../session.js';
import { isSameWord } from '../words.js';

const variableTypes = {
  runtimeConfig: VIX_VM_CONFIG_RUNTIME_ONLY,
  guestEnv: VIX_GUEST_ENVIRONMENT_VARIABLE,
  guestVar: VIX_VM_GUEST_VARIABLE,
} as const;

const typeWords = Object.keys(variableTypes) as (keyof typeof variableTypes)[];

/** A variable: type, name, and the value where one is to be written. */
interface Variable {
  readonly type: number;
  readonly name: string;
  readonly value: string;
}

/**
 * Type, name and value of a variable in so many words. Callers leave the type out, and mean a guest variable then; a
 * first word that is a type is one only if what must follow it is there.
 */
function variable(usage: string, wordsAfterType: number): Parameter<'variable', Variable> {
  return {
    name: 'variable',
    kind: 'text',
    usage: `[${typeWords.join('|')}] ${usage}`,
    words: typeWords,
    read: (words) => {
      const first = words.peek();
      const word = words.count > wordsAfterType ? typeWords.find((type) => isSameWord(type, first ?? '')) : undefined;
      if (word !== undefined) words.next();
      const name = words.next();
      const value = wordsAfterType === 2 ? words.next() : '';
      if (name === undefined || value === undefined) throw new UsageError(`Missing argument: ${usage}`);
      return { type: variableTypes[word ?? 'guestVar'], name, value };
    },
  };
}

const login = (values: { readonly variable: Variable }) =>
  values.variable.type === VIX_GUEST_ENVIRONMENT_VARIABLE ? { isInteractive: false } : undefined;

/** How long to wait between two looks for an address, in milliseconds. */
const addressPollMs = 1000;

/** The address that the guest tells; "" while it tells none. @throws CommandFailure when it cannot tell. */
async function guestAddress(session: Session): Promise<string> {
  const power = await session.property(session.vm, VIX_PROPERTY_VM_POWER_STATE);
  if ((power & (VIX_POWERSTATE_POWERED_ON | VIX_POWERSTATE_PAUSED)) === 0) {
    throw new CommandFailure('command', VIX_E_VM_NOT_RUNNING, 'a machine that is off has no address; start it first');
  }
  const tools = await session.property(session.vm, VIX_PROPERTY_VM_TOOLS_STATE);
  if (tools !== VIX_TOOLSSTATE_RUNNING) {
    const message = 'Tools tells the address, and does not run; -wait waits for it';
    throw new CommandFailure('command', VIX_E_TOOLS_NOT_RUNNING, message);
  }
  return (await session.readVariable(VIX_VM_GUEST_VARIABLE, 'ip')).trim();
}

async function awaitedAddress(session: Session): Promise<string> {
  for (;;) {
    const noLimit = 0;
    await session.finish(session.vix.VixVM_WaitForToolsInGuest(session.vm, noLimit, null, null));
    const address = (await session.readVariable(VIX_VM_GUEST_VARIABLE, 'ip')).trim();
    if (address !== '') return address;
    await session.around.sleep(addressPollMs);
  }
}

/** The commands for variables. */
export const variableCommands: readonly Command[] = [
  command({
    name: 'writeVariable',
    section: 'guest',
    parameters: [vm, variable('NAME VALUE', 2)],
    summary: 'write a configuration entry, environment variable or guest variable',
    login,
    run: async (session, { variable: { type, name, value } }) => {
      await session.finish(session.vix.VixVM_WriteVariable(session.vm, type, name, value, 0, null, null));
      return silent;
    },
  }),
  command({
    name: 'readVariable',
    section: 'guest',
    parameters: [vm, variable('NAME', 1)],
    summary: 'read a configuration entry, environment variable or guest variable',
    result: { value: 'string' },
    login,
    run: async (session, { variable: { type, name } }) => {
      const value = await session.readVariable(type, name);
      return { result: { value }, text: `${value}\n` };
    },
  }),
  command({
    name: 'getGuestIPAddress',
    section: 'guest',
    parameters: [vm, keyword('wait', '-wait')],
    summary: 'tell the IP address of the guest; with -wait as soon as it has one',
    result: { address: 'string' },
    hostTypes: ['ws', 'ws-shared', 'fusion', 'player', 'esx', 'vc'],
    limit: 'none',
    run: async (session, { wait }) => {
      const address = await (wait ? awaitedAddress(session) : guestAddress(session));
      if (address === '') {
        const message = 'the guest has told no address yet; -wait waits for one';
        throw new CommandFailure('command', VIX_E_FAIL, message, 'Unable to get the IP address');
      }
      return { result: { address }, text: `${address}\n` };
    },
  }),
];
