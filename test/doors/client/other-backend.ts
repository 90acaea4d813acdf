import type { BackendModule, GuestOps, HostLink, VmLink } from '../../../src/backends/backend.js';

/** Members that are others, or none. */
export type Others<T extends object> = Readonly<Partial<Record<keyof T, unknown>>>;

/** The same object, in which some members are others. */
function but<T extends object>(target: T, others: Others<T>): T {
  return new Proxy(target, {
    get(_, name) {
      if (name in others) return Reflect.get(others, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** A backend whose machines and guests have some members of another kind, or not at all. */
export function otherBackend(
  backend: BackendModule,
  vmMembers: Others<VmLink>,
  guestMembers: Others<GuestOps> = {},
): BackendModule {
  const openVm = async (link: HostLink, ...args: Parameters<HostLink['openVm']>): Promise<VmLink> => {
    const vm = await link.openVm(...args);
    const guest = (...login: Parameters<VmLink['guest']>): GuestOps => but(vm.guest(...login), guestMembers);
    return but(vm, { guest, ...vmMembers });
  };
  return but(backend, {
    connect: async (...args: Parameters<BackendModule['connect']>) => {
      const link = await backend.connect(...args);
      return but(link, { openVm: (...which: Parameters<HostLink['openVm']>) => openVm(link, ...which) });
    },
  });
}
