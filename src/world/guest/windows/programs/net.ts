import { Fault } from '../../../../base/fault.js';
import type { GuestUser, ProgramContext } from '../../program.js';
import { splitArguments } from '../arguments.js';
import { printErrorLine, printLine } from './program-output.js';
import { isService, serviceTitles } from './services.js';

/** What `net` says of a refusal: a message of its own by number, or an error of the system. */
class NetFailure extends Error {
  readonly lines: readonly string[];

  constructor(lines: readonly string[]) {
    super(lines[0]);
    this.lines = lines;
  }
}

function helpFailure(text: string, number: number): NetFailure {
  return new NetFailure([text, '', `More help is available by typing NET HELPMSG ${number}.`]);
}

function systemFailure(number: number, text: string): NetFailure {
  return new NetFailure([`System error ${number} has occurred.`, '', text]);
}

/** Groups of a mock guest: administrators, and everybody else. */
const groups = ['Administrators', 'Users'] as const;

const builtInUser = 'administrator';
const columnWidth = 25;
const columns = 3;
const rule = '-'.repeat(79);

/** `net user`, `net localgroup`, `net start`; services can be looked at only. */
export async function net(context: ProgramContext): Promise<number> {
  const words = splitArguments(context.arguments);
  const switches = words.filter((word) => word.startsWith('/')).map((word) => word.slice(1));
  const [verb = '', ...operands] = words.filter((word) => !word.startsWith('/'));
  try {
    const command = Object.hasOwn(commands, verb.toLowerCase()) ? commands[verb.toLowerCase()] : undefined;
    if (command === undefined) {
      const known = '"net user", "net localgroup" and "net start"';
      throw new NetFailure([`The mock guest knows ${known} only, not "net ${verb}".`]);
    }
    command(context, operands, switches);
    printLine(context, 'The command completed successfully.');
    printLine(context);
    return 0;
  } catch (error) {
    for (const line of failureOf(error).lines) printErrorLine(context, line);
    return 2;
  }
}

function failureOf(error: unknown): NetFailure {
  if (error instanceof NetFailure) return error;
  if (!(error instanceof Fault)) throw error;
  if (error.kind === 'guest-permission') return systemFailure(5, 'Access is denied.');
  if (error.kind === 'not-found') return helpFailure('The user name could not be found.', 2221);
  if (error.kind === 'already-exists') return helpFailure('The account already exists.', 2224);
  if (error.kind === 'invalid-name') return helpFailure('The user name is invalid.', 2202);
  throw error;
}

type NetCommand = (context: ProgramContext, operands: readonly string[], switches: readonly string[]) => void;

/** Switches that say what people see of an account, which a mock guest does not keep. */
const unkept = /^(?:comment|fullname|active|expires|passwordchg|passwordreq|times|homedir|profilepath)(?::|$)/iu;

const user: NetCommand = (context, [name, password, ...more], switches) => {
  const { accounts } = context;
  const has = (wanted: string): boolean => switches.some((each) => each.toLowerCase() === wanted);
  const unknown = switches.find((each) => !/^(?:add|delete)$/iu.test(each) && !unkept.test(each));
  if (more.length > 0 || unknown !== undefined || (has('add') && has('delete'))) throw wrongSyntax('USER');
  if (name === undefined) {
    if (switches.length > 0) throw wrongSyntax('USER');
    printLine(context);
    printLine(context, `User accounts for \\\\${context.hostName}`);
    printLine(context);
    printLine(context, rule);
    printColumns(
      context,
      accounts.list().map((each) => each.name),
    );
    return;
  }
  if (has('add')) {
    accounts.add(name, password ?? '');
    makeHome(context, found(context, name));
  } else if (has('delete')) {
    if (name.toLowerCase() === builtInUser) {
      throw systemFailure(1371, 'Cannot perform this operation on built-in accounts.');
    }
    accounts.remove(name);
  } else if (password !== undefined) accounts.setPassword(name, password);
  else if (switches.length > 0) found(context, name);
  else describe(context, found(context, name));
};

const localGroup: NetCommand = (context, [group, ...names], switches) => {
  const { accounts, hostName } = context;
  if (group === undefined) {
    printLine(context);
    printLine(context, `Aliases for \\\\${hostName}`);
    printLine(context);
    printLine(context, rule);
    for (const name of groups) printLine(context, `*${name}`);
    return;
  }
  const known = groups.find((each) => each.toLowerCase() === group.toLowerCase());
  const [change, ...more] = switches.map((each) => each.toLowerCase());
  if (more.length > 0 || (change !== undefined && change !== 'add' && change !== 'delete')) {
    throw wrongSyntax('LOCALGROUP');
  }
  if (known === undefined) {
    if (change === undefined || names.length > 0) {
      throw systemFailure(1376, 'The specified local group does not exist.');
    }
    throw new NetFailure([`The mock guest has the groups ${groups.join(' and ')} only.`]);
  }
  const isMember = (each: GuestUser): boolean => known === 'Users' || each.isAdministrator;
  if (change === undefined) {
    printLine(context, `Alias name     ${known}`);
    printLine(context);
    printLine(context, 'Members');
    printLine(context);
    printLine(context, rule);
    for (const each of accounts.list().filter(isMember)) printLine(context, each.name);
    return;
  }
  if (names.length === 0) throw wrongSyntax('LOCALGROUP');
  for (const name of names) {
    const member = found(context, name);
    if (change === 'add' && isMember(member)) {
      throw systemFailure(1378, 'The specified account name is already a member of the group.');
    }
    if (change === 'delete' && known === 'Users') {
      throw new NetFailure(['Every user of the mock guest is in the group Users.']);
    }
    if (change === 'delete' && !isMember(member)) {
      throw systemFailure(1377, 'The specified account name is not a member of the group.');
    }
    accounts.setAdministrator(name, change === 'add');
  }
};

const start: NetCommand = (context, [service]) => {
  if (service !== undefined) {
    throw isService(service)
      ? helpFailure('The requested service has already been started.', 2182)
      : helpFailure('The service name is invalid.', 2185);
  }
  printLine(context, 'These Windows services are started:');
  printLine(context);
  for (const title of serviceTitles) printLine(context, `   ${title}`);
  printLine(context);
};

const commands: Readonly<Record<string, NetCommand>> = { user, users: user, localgroup: localGroup, start };

function wrongSyntax(verb: string): NetFailure {
  const forms = {
    USER: ['[username [password]]', 'username {password} /ADD', 'username /DELETE'],
    LOCALGROUP: ['[groupname]', 'groupname name [...] {/ADD | /DELETE}'],
  };
  const lines = forms[verb === 'USER' ? 'USER' : 'LOCALGROUP'].map((form) => `NET ${verb} ${form}`);
  return new NetFailure(['The syntax of this command is:', '', ...lines, '']);
}

function found(context: ProgramContext, name: string): GuestUser {
  const account = context.accounts.list().find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (account === undefined) throw helpFailure('The user name could not be found.', 2221);
  return account;
}

function describe(context: ProgramContext, account: GuestUser): void {
  const row = (name: string, value: string): void => printLine(context, `${name.padEnd(29)}${value}`);
  row('User name', account.name);
  row('Account active', 'Yes');
  row('User profile', account.home);
  printLine(context);
  row('Local Group Memberships', account.isAdministrator ? '*Administrators       *Users' : '*Users');
}

function printColumns(context: ProgramContext, texts: readonly string[]): void {
  for (let at = 0; at < texts.length; at += columns) {
    const row = texts.slice(at, at + columns).map((text) => text.padEnd(columnWidth));
    printLine(context, row.join('').trimEnd());
  }
}

/** Windows makes a profile at the first login, which a mock guest has not: programs start in the home at once. */
function makeHome({ files }: ProgramContext, { name, group, home }: GuestUser): void {
  for (const path of ['', '\\AppData', '\\AppData\\Local', '\\AppData\\Local\\Temp'].map((part) => home + part)) {
    if (files.exists(path)) continue;
    files.makeDirectory(path, { makeParents: true, mode: 0o700 });
    files.setAttributes(path, { owner: name, group });
  }
}
