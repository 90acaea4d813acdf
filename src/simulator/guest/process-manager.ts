import { isAbsolutePath, isBareName } from '../../world/guest/guest-path.js';
import type { GuestProcessEntry } from '../../world/guest/process-table.js';
import type { ProgramStart } from '../../world/guest/program-runner.js';
import { userEnvironment } from '../../world/guest/user-environment.js';
import type { Admitted, GuestAccess } from '../../world/vm/guest-access.js';
import type { WorldCall } from '../../world/world-call.js';
import type { Fields } from '../fields.js';
import type { ManagedKind } from '../managed-object.js';
import { guestMethod, guestPrivileges } from './guest-call.js';
import { fileProblem } from './guest-faults.js';
import type { GuestServices } from './guest-services.js';

/** Programs, processes and environment of guests. */
export const processManagerKind: ManagedKind<GuestServices> = {
  type: 'GuestProcessManager',
  properties: {},
  methods: {
    StartProgramInGuest: guestMethod(
      { privilege: guestPrivileges.execute, about: (args) => ({ path: args.object('spec').text('programPath') }) },
      ({ access, args, world }) => startProgram(access, world, programOf(args.object('spec'))),
    ),
    ListProcessesInGuest: guestMethod({ privilege: guestPrivileges.query }, async ({ access, args, world }) => {
      const pids = new Set(args.wholes('pids'));
      const entries = await entriesOf(access, world);
      return entries.filter(({ pid }) => pids.size === 0 || pids.has(pid)).map(processInfo);
    }),
    TerminateProcessInGuest: guestMethod(
      { privilege: guestPrivileges.execute, about: (args) => ({ pid: args.whole('pid') }) },
      ({ access, args, world }) => terminate(access, world, args.whole('pid')),
    ),
    ReadEnvironmentVariableInGuest: guestMethod({ privilege: guestPrivileges.query }, async ({ read, args }) => {
      const names = args.texts('names');
      const variables = await read('guest.readEnvironment', (admitted) => environmentOf(admitted, names));
      return [...variables].map(([name, value]) => `${name}=${value}`);
    }),
  },
};

/** Starts a program as Tools does. @returns its process id. @throws VimFault of files; Fault. */
export function startProgram(access: GuestAccess, world: WorldCall, program: ProgramStart): Promise<number> {
  const { scope } = access;
  return access.change('guest.start', world, (admitted) => {
    requirePlace(admitted, program.path);
    requireWorkingDirectory(admitted, program.workingDirectory);
    return scope.services.guests.start(scope, admitted.state, program, admitted.user);
  });
}

/** What runs in the guest and, of what operations started, what has ended a short time ago. */
export async function entriesOf(access: GuestAccess, world: WorldCall): Promise<readonly GuestProcessEntry[]> {
  const { scope } = access;
  scope.services.guests.throwTrouble(scope.id);
  return access.read('guest.processes', world, ({ record }) => scope.services.guests.table(scope, record).entries());
}

/** @throws Fault `no-such-process`, `guest-permission`. */
export async function terminate(access: GuestAccess, world: WorldCall, pid: number): Promise<void> {
  const { scope } = access;
  const { guests } = scope.services;
  await access.change('guest.kill', world, ({ record, user }) => guests.table(scope, record).kill(pid, user));
  guests.kill(scope.id, pid);
}

/** A GuestProgramSpec as the world starts it. */
export function programOf(spec: Fields): ProgramStart {
  const path = spec.text('programPath');
  if (path.trim() === '') throw spec.invalid('programPath', 'it is empty');
  const workingDirectory = spec.optionalText('workingDirectory');
  return {
    path,
    arguments: spec.text('arguments'),
    ...(workingDirectory === undefined ? {} : { workingDirectory }),
    ...(spec.texts('envVariables').length > 0 ? { environment: variablesOf(spec), isEnvironmentWhole: true } : {}),
  };
}

/** Those of the variables that are set, under the spelling that was asked for; all when no names are given. */
export function environmentOf({ record, user }: Admitted, names: readonly string[]): ReadonlyMap<string, string> {
  const environment = userEnvironment(record.guest, user, {});
  if (names.length === 0) return environment;
  const keyOf = (name: string): string => (record.guest.family === 'windows' ? name.toLowerCase() : name);
  const byKey = new Map([...environment].map(([name, value]) => [keyOf(name), value]));
  const found = names.map((name) => [name, byKey.get(keyOf(name))] as const);
  return new Map(found.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

function variablesOf(spec: Fields): Record<string, string> {
  return Object.fromEntries(
    spec.texts('envVariables').map((text) => {
      const sign = text.indexOf('=');
      if (sign <= 0) throw spec.invalid('envVariables', 'a variable has the form NAME=VALUE');
      return [text.slice(0, sign), text.slice(sign + 1)];
    }),
  );
}

/** A relative path starts where Tools works, where nothing of use is. @throws VimFault `FileNotFound`. */
function requirePlace({ record }: Admitted, path: string): void {
  const { family } = record.guest;
  const plain = path.trim().replace(/^"([^"]*)"$/u, '$1');
  if (!isAbsolutePath(family, plain) && !isBareName(family, plain)) throw fileProblem('FileNotFound', path);
}

/** @throws VimFault `NotADirectory`. */
function requireWorkingDirectory({ files }: Admitted, path: string | undefined): void {
  if (path === undefined || path === '') return;
  if (!files.exists(path) || files.stat(path).kind !== 'directory') throw fileProblem('NotADirectory', path);
}

function processInfo({ pid, name, owner, commandLine, startMs, end }: GuestProcessEntry): Record<string, unknown> {
  return {
    $type: 'GuestProcessInfo',
    name,
    pid,
    owner,
    cmdLine: commandLine,
    startTime: new Date(startMs),
    ...(end === undefined ? {} : { endTime: new Date(end.atMs), exitCode: end.exitCode }),
  };
}
