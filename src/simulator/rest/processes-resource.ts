import type { GuestProcessEntry } from '../../world/guest/process-table.js';
import type { GuestAccess } from '../../world/vm/guest-access.js';
import { Fields } from '../fields.js';
import { guestPrivileges } from '../guest/guest-call.js';
import { entriesOf, programOf, startProgram, terminate } from '../guest/process-manager.js';
import { VimFault } from '../vim-fault.js';
import { inGuest, type RestMachine } from './rest-machine.js';
import { RestProblem } from './rest-problem.js';
import { created, noContent, ok, type RestCall, type RestRoute } from './rest-route.js';

const collection = '/vcenter/vm/{vm}/guest/processes';
const member = `${collection}/{pid}`;

/** Programs and processes of guests. */
export const processRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    path: collection,
    action: 'create',
    run: async (call) => {
      const spec = call.body.object('spec');
      const program = specOf(spec);
      const pid = await inGuest(
        call,
        guestPrivileges.execute,
        { path: program.text('programPath') },
        async ({ access, world, vm }) => {
          if (spec.has('start_minimized') && vm.family === 'posix') {
            throw new RestProblem('INVALID_ARGUMENT', 'start_minimized is for guests with Windows only.');
          }
          return startProgram(access, world, programOf(program));
        },
      );
      return created(pid);
    },
  },
  {
    method: 'POST',
    path: collection,
    action: 'list',
    run: async (call) => {
      const entries = await inGuest(call, guestPrivileges.query, {}, ({ access, world }) => entriesOf(access, world));
      return ok(entries.map((entry) => ({ pid: entry.pid, ...common(entry) })));
    },
  },
  {
    method: 'POST',
    path: member,
    action: 'get',
    run: async (call) => {
      const pid = pidOf(call);
      const entries = await inGuest(call, guestPrivileges.query, { pid }, ({ access, world }) =>
        entriesOf(access, world),
      );
      const entry = entries.find((each) => each.pid === pid);
      if (entry === undefined)
        throw new VimFault({ $type: 'GuestProcessNotFound', pid }, `There is no process ${pid}.`);
      const { end } = entry;
      return ok({
        ...common(entry),
        ...(end === undefined ? {} : { finished: new Date(end.atMs), exit_code: end.exitCode }),
      });
    },
  },
  {
    method: 'POST',
    path: member,
    action: 'delete',
    run: async (call) => {
      const pid = pidOf(call);
      const end = ({ access, world }: RestMachine & { readonly access: GuestAccess }): Promise<void> =>
        terminate(access, world, pid);
      await inGuest(call, guestPrivileges.execute, { pid }, end);
      return noContent;
    },
  },
];

/** The specification in the terms of the other API. */
function specOf(spec: Fields): Fields {
  const variables = spec.optionalObject('environment_variables');
  return new Fields(
    {
      programPath: spec.text('path'),
      arguments: spec.optionalText('arguments') ?? '',
      workingDirectory: spec.optionalText('working_directory'),
      envVariables: variables?.names.map((name) => `${name}=${variables.text(name)}`),
    },
    'spec',
  );
}

function pidOf(call: RestCall): number {
  const text = call.param('pid');
  if (!/^\d{1,15}$/u.test(text)) throw new RestProblem('INVALID_ARGUMENT', `'${text}' is no process id.`);
  return Number(text);
}

function common({ name, owner, commandLine, startMs }: GuestProcessEntry): object {
  return { name, owner, command: commandLine, started: new Date(startMs) };
}
