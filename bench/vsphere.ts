import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { counterpart } from './counterparts.js';
import type { Figure } from './figure.js';
import { Peer } from './peer.js';
import { pollsPerTick } from './polls-per-tick.js';
import { StallWatch, type Stall } from './stall-watch.js';
import { giveGuests, startVcsim, type Vcsim } from './vcsim.js';
import { VsphereWork } from './vsphere-work.js';

const openRounds = 600;
const listRounds = 40;
const programRounds = 20;
const inTurnRounds = 6;
const transferRounds = 12;
const listedVms = 5000;
const guestCount = 20;
const programCount = 200;
const processRounds = 5;
const processLists = 20;
const programsAtOnce = 10;
/** What the server has for itself before each turn of programs, to be done with the many connections of the one before. */
const settleMs = 100;
const fileBytes = 1024 * 1024 * 1024;

/** Latency of each operation: no worse than by govmomi, and much better than by pyvmomi. */
const latencyGoals = { govmomi: 1, pyvmomi: 0.4 } as const satisfies Readonly<Record<PeerName, number>>;

const noGoals = { govmomi: null, pyvmomi: null } as const satisfies Readonly<Record<PeerName, null>>;

/**
 * Revix beside govmomi and pyvmomi over VMware's own simulator: the clients take turns at the same server, so that a
 * machine that gets slower or faster meets all of them alike; the fastest turn of each counts.
 */
export async function measureVsphere(): Promise<Figure[]> {
  const vcsim = counterpart('vcsim');
  if (vcsim === undefined) return [];
  // Those of the guests first: how the memory grows shows only in a process that has not grown yet.
  return [...(await measureGuests()), ...(await measureCalls(vcsim))];
}

async function measureCalls(program: string): Promise<Figure[]> {
  // Half of the machines are in the cluster, half on the host that stands alone.
  const server = await startVcsim(program, ['-vm', String(listedVms / 2)]);
  const peers = startPeers(server);
  const location = '[LocalDS_0] DC0_H0_VM0/DC0_H0_VM0.vmx';
  const stalls: Stall[] = [];
  const work = new VsphereWork(server);
  const list = async (): Promise<number> => {
    const stall = new StallWatch();
    const ms = await timed(() => work.list(listedVms));
    stalls.push(stall.end());
    return ms;
  };
  const figures = [
    ...(await besidePeers(
      'connect, look up, read properties',
      openRounds,
      peers,
      () => timed(() => work.open(location)),
      ['open', location],
    )),
    ...(await besidePeers(
      'the same by a runtime that is new each time',
      openRounds,
      peers,
      () => timedNew(server, (fresh) => fresh.open(location)),
      ['open', location],
      noGoals,
    )),
    ...(await besidePeers(`list ${listedVms} machines that run`, listRounds, peers, list, ['list', String(listedVms)])),
    {
      what: 'longest stall of the event loop meanwhile, as far as it computes',
      value: Math.max(...stalls.map(({ computedMs }) => computedMs)),
      unit: 'ms',
      goal: 50,
    },
    {
      what: 'the same by the clock',
      value: Math.max(...stalls.map(({ clockMs }) => clockMs)),
      unit: 'ms',
      goal: null,
    },
  ];
  await work.vix.Revix_Close();
  await endAll(server, peers);
  return figures;
}

async function measureGuests(): Promise<Figure[]> {
  const [govc, busybox, guests] = [counterpart('govc'), counterpart('busybox'), counterpart('guests')];
  if (govc === undefined || busybox === undefined || guests === undefined) return [];
  const flags = ['-cluster', '0', '-vm', String(guestCount), '-autostart=false'];
  const server = await startVcsim(join(guests, 'vcsim'), flags);
  const peers = startPeers(server);
  const names = Array.from({ length: guestCount }, (_, index) => `DC0_H0_VM${index}`);
  const locations = names.map((name) => `[LocalDS_0] ${name}/${name}.vmx`);
  await giveGuests(govc, server, names);
  server.install(join(guests, 'end-with'));
  const [firstName = '', firstLocation = ''] = [names[0], locations[0]];
  const work = new VsphereWork(server);
  const figures = [
    ...(await measureTransfers(server, firstName, firstLocation)),
    ...(await besidePeers(
      `${programCount} programs on ${guestCount} machines`,
      programRounds,
      peers,
      () => timed(() => work.programs(programCount, locations)),
      ['programs', String(programCount), ...locations],
      latencyGoals,
      settleMs,
    )),
    ...(await besidePeers(
      'the same by peers that keep 8 connections',
      programRounds,
      peers,
      () => timed(() => work.programs(programCount, locations)),
      ['programs-pooled', String(programCount), ...locations],
      noGoals,
      settleMs,
    )),
    ...(await besidePeers(
      'the same one after another on each machine',
      inTurnRounds,
      peers,
      () => timed(() => work.programsInTurn(programCount, locations)),
      ['programs-in-turn', String(programCount), ...locations],
      // Half of the time the clients wait until they look, and all of them look as Revix does.
      { ...latencyGoals, pyvmomi: null },
      settleMs,
    )),
    ...(await besidePeers(
      `${processLists} lists of the processes of a guest`,
      processRounds,
      peers,
      () => timed(() => work.processes(processLists, firstLocation)),
      ['processes', String(processLists), firstLocation],
      noGoals,
    )),
    {
      what: `polls per VM and tick, ${programsAtOnce} programs at once`,
      value: await pollsPerTick(server, firstLocation, programsAtOnce),
      unit: '',
      goal: 1,
    },
  ];
  await work.vix.Revix_Close();
  await endAll(server, peers);
  return figures;
}

async function endAll(server: Vcsim, peers: ReadonlyMap<PeerName, Peer>): Promise<void> {
  for (const peer of peers.values()) peer.close();
  await server.stop();
}

/** A file of 1 GiB both ways, beside curl at the same URL. */
async function measureTransfers(server: Vcsim, vm: string, location: string): Promise<Figure[]> {
  const curl = counterpart('curl');
  if (curl === undefined) return [];
  const directory = mkdtempSync(join(tmpdir(), 'revix-transfer-'));
  try {
    const [source, target] = [join(directory, 'source'), join(directory, 'target')];
    // Not from this process's memory, whose growth is measured.
    await promisify(execFile)('dd', ['if=/dev/urandom', `of=${source}`, 'bs=1M', `count=${fileBytes / 1024 ** 2}`]);
    const url = server.guestFileUrl(vm, '/tmp/file');
    const byCurl = (...args: readonly string[]): Promise<unknown> => promisify(execFile)(curl, ['-ksSf', ...args, url]);
    const work = new VsphereWork(server);
    const memory = new MemoryWatch();
    // To a place where no file is: curl would write over it, and Revix beside it, which takes memory that the machine does
    // not have at hand.
    const toGuest = (copy: () => Promise<unknown>) => async (): Promise<number> => {
      rmSync(server.guestFile(vm, '/tmp/file'), { force: true });
      return timed(copy);
    };
    const fromGuest = (copy: () => Promise<unknown>) => async (): Promise<number> => {
      rmSync(target, { force: true });
      return timed(copy);
    };
    const up = await inTurns(transferRounds, {
      revix: toGuest(() => work.upload(location, source, '/tmp/file')),
      curl: toGuest(() => byCurl('-T', source)),
    });
    const down = await inTurns(transferRounds, {
      revix: fromGuest(() => work.download(location, '/tmp/file', target)),
      curl: fromGuest(() => byCurl('-o', target)),
    });
    const growthMib = memory.growthMib();
    await work.vix.Revix_Close();
    return [
      { what: 'upload of 1 GiB / by curl', value: up.revix / up.curl, unit: 'x', goal: 1 / 0.9 },
      { what: 'download of 1 GiB / by curl', value: down.revix / down.curl, unit: 'x', goal: 1 / 0.9 },
      { what: 'growth of memory during the transfers', value: growthMib, unit: 'MiB', goal: 64 },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

type PeerName = 'govmomi' | 'pyvmomi';

/** The other clients that are there. */
function startPeers(server: Vcsim): ReadonlyMap<PeerName, Peer> {
  const peers = new Map<PeerName, Peer>();
  const govmomi = counterpart('govmomi');
  if (govmomi !== undefined) peers.set('govmomi', new Peer(govmomi, [], server.account));
  const python = counterpart('pyvmomi');
  if (python !== undefined) peers.set('pyvmomi', new Peer(python, ['bench/peers/pyvmomi/peer.py'], server.account));
  return peers;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** What work takes in a runtime of its own. */
async function timedNew(server: Vcsim, run: (work: VsphereWork) => Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  const work = new VsphereWork(server);
  await run(work);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  await work.vix.Revix_Close();
  return ms;
}

/**
 * Lets several ways take turns, every other round in reverse: what one leaves to the server, as connections that it has
 * to close, would otherwise burden the same one all the time.
 *
 * @param pauseMs before each turn.
 * @returns the fastest turn of each, in milliseconds.
 */
async function inTurns<Name extends string>(
  rounds: number,
  ways: Readonly<Record<Name, () => Promise<number>>>,
  pauseMs = 0,
): Promise<Record<Name, number>> {
  const names = Object.keys(ways) as Name[];
  const fastest = Object.fromEntries(names.map((name) => [name, Number.POSITIVE_INFINITY])) as Record<Name, number>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      if (pauseMs > 0) await setTimeout(pauseMs);
      fastest[name] = Math.min(fastest[name], await ways[name]());
    }
  }
  return fastest;
}

/** Revix and each peer in turns, as ratios. */
async function besidePeers(
  what: string,
  rounds: number,
  peers: ReadonlyMap<PeerName, Peer>,
  revix: () => Promise<number>,
  request: readonly [operation: string, ...args: readonly string[]],
  goals: Readonly<Record<PeerName, number | null>> = latencyGoals,
  pauseMs = 0,
): Promise<Figure[]> {
  const ways = Object.fromEntries([...peers].map(([name, peer]) => [name, () => peer.run(...request)]));
  const all = { revix, ...ways } as Record<'revix' | PeerName, () => Promise<number>>;
  const fastest = await inTurns(rounds, all, pauseMs);
  return [...peers.keys()].map((name) => ({
    what: `${what} / by ${name}`,
    value: fastest.revix / fastest[name],
    unit: 'x',
    goal: goals[name],
  }));
}

/** The most memory that this process takes, over what it took at first. */
class MemoryWatch {
  readonly #firstBytes = process.memoryUsage.rss();
  #mostBytes = this.#firstBytes;
  readonly #timer = setInterval(() => {
    this.#mostBytes = Math.max(this.#mostBytes, process.memoryUsage.rss());
  }, 20).unref();

  growthMib(): number {
    clearInterval(this.#timer);
    return (this.#mostBytes - this.#firstBytes) / (1024 * 1024);
  }
}
