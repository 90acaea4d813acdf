import { describe, expect, it } from 'vitest';
import type { BackendModule, GuestOps, VmLink, VmProperties } from '../../src/backends/backend.js';
import { Secret } from '../../src/base/secret.js';
import { conformanceCases, type ConformanceTarget, skipReason } from '../../src/testing/index.js';
import { mockTarget } from './mock-target.js';

/** The same object with some members replaced. */
function changed<T extends object>(original: T, changes: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      if (name in changes) return Reflect.get(changes, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** A backend whose machines are changed. */
function withVms(change: (vm: VmLink) => Partial<VmLink>): (backend: BackendModule) => BackendModule {
  return (backend) =>
    changed(backend, {
      connect: async (to, call) => {
        const link = await backend.connect(to, call);
        return changed(link, {
          openVm: async (...args) => {
            const vm = await link.openVm(...args);
            return changed(vm, change(vm));
          },
        });
      },
    });
}

function withGuests(change: (guest: GuestOps) => Partial<GuestOps>): (backend: BackendModule) => BackendModule {
  return withVms((vm) => ({
    guest: (credentials) => {
      const guest = vm.guest(credentials);
      return changed(guest, change(guest));
    },
  }));
}

/** A backend whose machines tell other properties. */
function withProperties(change: (now: VmProperties) => Partial<VmProperties>): Defect['wrap'] {
  return withVms((vm) => ({
    properties: async (call) => {
      const now = await vm.properties(call);
      return { ...now, ...change(now) };
    },
  }));
}

/** A defect of a backend, the groups that are run over it, and the cases that must find it. */
interface Defect {
  readonly what: string;
  readonly wrap: (backend: BackendModule) => BackendModule;
  readonly groups: readonly string[];
  readonly finders: readonly string[];
  /** The defect shows only where the machines have files. */
  readonly inDirectory?: boolean;
}

const defects: readonly Defect[] = [
  {
    what: 'power-on does nothing',
    wrap: withVms(({ power }) => ({ power: changed(power, { on: async () => undefined }) })),
    groups: ['suspend', 'find items', 'open'],
    finders: [
      'suspend: suspend saves the state, power-on resumes it',
      'suspend: what is suspended resumes, and cannot be powered off, reset or suspended',
      'suspend: a soft suspend goes through the guest, and needs Tools',
    ],
  },
  {
    what: 'exit codes are one too high',
    wrap: withGuests((guest) => ({
      poll: async (pids, call) => {
        const states = await guest.poll(pids, call);
        return new Map(
          [...states].map(([pid, state]) => [
            pid,
            state.state === 'exited' ? { ...state, exitCode: state.exitCode + 1 } : state,
          ]),
        );
      },
    })),
    groups: ['processes', 'variables', 'programs'],
    finders: [
      'processes: posix: a process that was killed is gone, and its waiter learns that it ended',
      'programs: posix: a program that was waited for tells exit code, time and process id',
      'programs: posix: a program leaves what it wrote',
      'programs: posix: a path in quotes and a wish for a window are as good',
      'programs: posix: no arguments are as good as empty ones',
      'programs: posix: programs of one machine run side by side',
      'programs: windows: a program that was waited for tells exit code, time and process id',
      'programs: windows: a program leaves what it wrote',
      'programs: windows: a path in quotes and a wish for a window are as good',
      'programs: windows: no arguments are as good as empty ones',
      'programs: windows: programs of one machine run side by side',
      'programs: posix: a file without the right to be executed cannot run',
      'programs: posix: a file whose interpreter is missing does not start',
      'variables: posix: root sets the environment of programs, until the next boot',
      'variables: windows: the environment is kept for good, and case does not count',
    ],
  },
  {
    what: 'children of a removed snapshot stay',
    wrap: withVms(({ snapshots }) => ({
      snapshots: changed(snapshots, {
        remove: ({ id }, call) => snapshots.remove({ id, removeChildren: false }, call),
      }),
    })),
    groups: ['snapshots', 'revert'],
    finders: ['snapshots: removing a root makes its children roots, removing with children removes all'],
  },
  {
    what: 'a password is not looked at',
    wrap: withVms((vm) => ({
      guest: (credentials) => vm.guest({ ...credentials, password: new Secret('password') }),
    })),
    groups: ['login', 'processes'],
    finders: ['login: wrong names and passwords are refused', 'login: Windows refuses an empty password'],
  },
  {
    what: 'a directory lists itself',
    wrap: withGuests((guest) => ({
      files: changed(guest.files, {
        list: async (path, call) => [
          { name: '.', kind: 'directory', size: 0, modified: new Date(0) },
          ...(await guest.files.list(path, call)),
        ],
      }),
    })),
    groups: ['files', 'open'],
    finders: [
      'files: posix: a link with a step up leads from where its directory really is',
      'files: posix: a list holds each entry by its name, with what its info tells',
      'files: posix: an empty directory lists nothing',
      'files: posix: names may hold blanks and anything of Unicode',
      'files: posix: a directory is made with its parents and deleted with all that is in it',
      'files: posix: files and directories are renamed, also to another directory and to themselves',
      'files: windows: a list holds each entry by its name, with what its info tells',
      'files: windows: an empty directory lists nothing',
      'files: windows: names may hold blanks and anything of Unicode',
      'files: windows: a directory is made with its parents and deleted with all that is in it',
      'files: windows: files and directories are renamed, also to another directory and to themselves',
      'files: posix: deleting a link leaves what it leads to',
    ],
  },
  {
    what: 'every machine has one processor',
    wrap: withProperties(() => ({ cpuCount: 1 })),
    groups: ['properties of a machine'],
    finders: [
      'properties of a machine: name, path and hardware are those of the machine',
      'properties of a machine: processors and memory are those of the configuration',
    ],
  },
  {
    what: 'memory is told in bytes',
    wrap: withProperties(({ memoryMb }) => ({ memoryMb: memoryMb * 2 ** 20 })),
    groups: ['properties of a machine'],
    finders: [
      'properties of a machine: name, path and hardware are those of the machine',
      'properties of a machine: processors and memory are those of the configuration',
    ],
  },
  {
    what: 'hardware is wrong in the properties and in the configuration alike',
    wrap: withVms((vm) => ({
      properties: async (call) => ({ ...(await vm.properties(call)), memoryMb: 1024 }),
      variables: changed(vm.variables, {
        readConfig: async (name, call) => (name === 'memsize' ? '1024' : vm.variables.readConfig(name, call)),
      }),
    })),
    groups: ['properties of a machine'],
    finders: ['properties of a machine: name, path and hardware are those of the machine'],
  },
  {
    what: 'every machine can be written',
    wrap: withProperties(() => ({ isReadOnly: false })),
    groups: ['properties of a machine', 'delete'],
    finders: ['properties of a machine: a machine whose files cannot be written says so'],
  },
  {
    what: 'no machine can be written',
    wrap: withProperties(() => ({ isReadOnly: true })),
    groups: ['properties of a machine'],
    finders: ['properties of a machine: a machine whose files cannot be written says so'],
  },
  {
    what: 'disks are always kept',
    inDirectory: true,
    wrap: withVms(({ lifecycle }) => ({
      lifecycle: changed(lifecycle, { delete: (_, call) => lifecycle.delete({ keepDisks: true }, call) }),
    })),
    groups: ['delete'],
    finders: ['delete: the disks of a deleted machine go with it, or stay as they were'],
  },
  {
    what: 'disks are never kept',
    inDirectory: true,
    wrap: withVms(({ lifecycle }) => ({
      lifecycle: changed(lifecycle, { delete: (_, call) => lifecycle.delete({ keepDisks: false }, call) }),
    })),
    groups: ['delete'],
    finders: ['delete: the disks of a deleted machine go with it, or stay as they were'],
  },
  {
    what: 'the wait for Tools is deaf to its signal',
    wrap: withVms(({ tools }) => ({
      tools: changed(tools, {
        waitUntilRunning: (call) => tools.waitUntilRunning({ ...call, signal: new AbortController().signal }),
      }),
    })),
    groups: ['Tools'],
    finders: [
      'Tools: the wait ends when the host is disconnected',
      'Tools: the wait ends with an error when its time is over',
    ],
  },
  {
    what: 'paths ignore case',
    wrap: (backend) =>
      changed(backend, {
        connect: async (to, call) => {
          const link = await backend.connect(to, call);
          return changed(link, {
            openVm: (path, ...rest) => link.openVm(path.replace('Twins/Twin', 'twins/twin'), ...rest),
          });
        },
      }),
    groups: ['open'],
    finders: ['open: machines whose paths differ in case only are two'],
  },
];

/** Names of the cases that a target fails. */
async function failures({ groups, wrap, inDirectory = false }: Defect): Promise<string[]> {
  const failed: string[] = [];
  for (const testCase of conformanceCases().filter(({ group }) => groups.includes(group))) {
    const target = await mockTarget(testCase.roles, { wrap, inDirectory });
    if (skipReason(testCase, target) === undefined) await testCase.run(target).catch(() => failed.push(testCase.name));
    await target.close();
  }
  return failed;
}

describe('a backend with a defect', () => {
  it.each(defects)('is found out: $what', async (defect) => {
    expect((await failures(defect)).sort()).toEqual([...defect.finders].sort());
  });
});

describe('an engine with a defect', () => {
  const notFound = conformanceCases().find(({ name }) => name === 'open: a machine that is not there is not found');

  /** Runs a case over changed functions. */
  async function run(change: (target: ConformanceTarget) => Partial<ConformanceTarget['vix']>): Promise<void> {
    const target = await mockTarget(['off']);
    try {
      await notFound?.run({ ...target, vix: { ...target.vix, ...change(target) } });
    } finally {
      await target.close();
    }
  }

  it('is found out: a release that does nothing', async () => {
    await expect(run(() => ({ Vix_ReleaseHandle: () => undefined }))).rejects.toThrow(
      'handles left after every reference was released',
    );
  });

  it('is found out: a handle that nobody releases', async () => {
    await expect(
      run(({ vix }) => ({
        VixVM_Open: (...args) => {
          const job = vix.VixVM_Open(...args);
          vix.Vix_AddRefHandle(job);
          return job;
        },
      })),
    ).rejects.toThrow('handles left after every reference was released');
  });

  it('is found out: completion is told twice', async () => {
    await expect(
      run(({ vix }) => ({
        VixVM_Open: (host, path, callback, data) => {
          const twice: typeof callback = (...event) => {
            if (typeof callback !== 'function') return;
            callback(...event);
            callback(...event);
          };
          return vix.VixVM_Open(host, path, twice, data);
        },
      })),
    ).rejects.toThrow('completion events');
  });

  it('passes as it is', async () => {
    await expect(run(() => ({}))).resolves.toBeUndefined();
  });
});
