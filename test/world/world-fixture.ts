import { FakeClock } from '../../src/base/clock.js';
import { Fault, type FaultKind } from '../../src/base/fault.js';
import { Secret } from '../../src/base/secret.js';
import type { InventoryVm } from '../../src/world/inventory/inventory-schema.js';
import type { GuestSession } from '../../src/world/vm/guest-session.js';
import type { VirtualMachine } from '../../src/world/vm/virtual-machine.js';
import type { WorldCall } from '../../src/world/world-call.js';
import { World, type WorldOptions } from '../../src/world/world.js';

/** A call that nobody aborts, unless a signal is given. */
export function call(signal: AbortSignal = new AbortController().signal): WorldCall {
  return { signal, progress: () => undefined };
}

export const location = '[ds] vm/vm.vmx';
export const bootDelayMs = 300;

export interface Fixture {
  readonly clock: FakeClock;
  readonly world: World;
  readonly vm: VirtualMachine;
}

/** A world with one machine, on a clock that moves only when told to; power changes take no time by default. */
export async function oneVm(vm: Partial<InventoryVm> = {}, options: Partial<WorldOptions> = {}): Promise<Fixture> {
  const clock = new FakeClock();
  const inventory = { vms: [{ name: 'vm', location, tools: { bootDelayMs }, ...vm }] };
  const world = await World.create({ clock, inventory, transitionMs: 0, ...options });
  return { clock, world, vm: await world.find(vm.location ?? location) };
}

/** Lets time pass until the work is done. */
export async function passing<T>(clock: FakeClock, work: Promise<T>, ms: number = 60_000): Promise<T> {
  const settled = work.then(
    () => undefined,
    () => undefined,
  );
  await clock.advance(ms);
  await settled;
  return work;
}

/** What a fault of this kind looks like, for `expect(work).rejects.toMatchObject`. */
export function fault(kind: FaultKind): { readonly name: string; readonly kind: FaultKind } {
  return { name: 'Fault', kind };
}

/** The message of the fault of this kind with which the work must fail. */
export async function messageOf(work: Promise<unknown> | (() => Promise<unknown>), kind: FaultKind): Promise<string> {
  const error: unknown = await (typeof work === 'function' ? work() : work).then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Fault) || error.kind !== kind) throw error;
  return error.message;
}

/** Guest operations of a user whose password is `password`. */
export function session(vm: VirtualMachine, userName: string = 'user', isInteractive: boolean = false): GuestSession {
  return vm.guest({ userName, password: new Secret('password'), isInteractive });
}

export async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return Buffer.concat(pieces).toString('utf8');
}

export function contentOf(text: string): { readonly size: number; readonly chunks: AsyncIterable<Uint8Array> } {
  const bytes = Buffer.from(text);
  return {
    size: bytes.length,
    chunks: (async function* () {
      yield bytes.subarray(0, 1);
      yield bytes.subarray(1);
    })(),
  };
}

export const hard = { paused: false, showConsole: false } as const;
