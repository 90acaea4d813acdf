import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectAgent } from '../../../src/cli/agent/agent-client.js';
import { agentPlace, makePrivateFolder } from '../../../src/cli/agent/agent-place.js';
import { type Agent, startAgent } from '../../../src/cli/agent/agent-server.js';
import { viaAgent } from '../../../src/cli/agent/via-agent.js';
import { createVix } from '../../../src/compose/create-vix.js';
import { FakeTerminal } from '../fake-terminal.js';
import { asUser, newLab } from '../vmrun/lab.js';
import type { VmrunRig } from '../vmrun/vmrun-rig.js';

const isWindows = process.platform === 'win32';

/** Something that listens where an agent should, and says what it is told to. */
async function falseAgent(rig: VmrunRig, onClient: (socket: Socket) => void): Promise<void> {
  const { folder, path } = rig.agentPlace;
  makePrivateFolder(folder);
  const server = createServer(onClient);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
}

describe('an agent', () => {
  it('is closed to everybody else', { skip: isWindows }, async () => {
    const rig = newLab();
    await rig.agent();
    const { folder, path } = rig.agentPlace;
    expect([statSync(folder).mode & 0o777, statSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
    chmodSync(folder, 0o750);
    expect(await connectAgent(rig.agentPlace)).toBeUndefined();
  });

  it('does not start in a folder that others may enter', { skip: isWindows }, async () => {
    const rig = newLab();
    mkdirSync(rig.agentPlace.folder, { mode: 0o755 });
    await expect(rig.agent()).rejects.toThrow('must be a folder that only its user may enter');
  });

  it('leaves the socket to the one of two that comes first', async () => {
    const { agentPlace: place, clock } = newLab();
    const start = async (): Promise<Agent | undefined> => {
      const agent = await startAgent({
        place,
        clock,
        idleMs: 60_000,
        vix: createVix({ clock, backends: [], config: {} }),
      });
      onTestFinished(() => agent?.close());
      return agent;
    };
    const starting = Promise.all([start(), start()]);
    const isOver = starting.then(() => true);
    do await clock.advance(10);
    while (!(await Promise.race([isOver, turn(undefined)])));
    const running = (await starting).filter((agent) => agent !== undefined);
    expect(running).toHaveLength(1);
    const socket = await connectAgent(place);
    expect(socket?.destroyed).toBe(false);
    socket?.destroy();
    await running[0]?.close();
    expect(readdirSync(place.folder)).toEqual([]);
  });

  it('ends when nobody has needed it for a while', async () => {
    const rig = newLab({ hasAgent: true });
    const agent = await rig.agent(60_000);
    const { stdout } = await rig.run(['list']);
    expect(stdout).toMatch(/^Total running VMs: 3\n/);
    const ended = agent?.ended.then(() => true);
    // It hears that its client has gone some turns after the client itself, and counts from then.
    do await rig.clock.advance(61_000);
    while (!(await Promise.race([ended, turn(undefined)])));
    expect(await connectAgent(rig.agentPlace)).toBeUndefined();
  });

  it('checks the password of each client', async () => {
    const rig = newLab({ store: 'vcenter', hasAgent: true });
    const list = async (...flags: string[]) => await rig.run([...flags, 'list']);
    expect(await list()).toMatchObject({ status: 0 });
    const refused = 'Unable to connect to host.\nError: Insufficient permissions in the host operating system\n\n';
    expect(await list('-p', 'wrong')).toEqual({ stdout: refused, stderr: '', status: -1 });
    expect(await list()).toMatchObject({ status: 0 });
  });

  it('stops what a client does not want any more, and serves the next', async () => {
    const rig = newLab({ hasAgent: true });
    const terminal = new FakeTerminal(rig.directory, {});
    const run = rig.start([...asUser, 'runProgramInGuest', rig.path('on'), '/bin/sleep', '1000'], terminal);
    const processes = async (): Promise<string> =>
      (await rig.run([...asUser, 'listProcessesInGuest', rig.path('on')])).stdout;
    while (!(await processes()).includes('sleep 1000')) await rig.clock.advance(10);
    terminal.interrupt('SIGINT');
    expect(await run).toEqual({ status: -1, signal: 'SIGINT' });
    expect(terminal.written.stdout).toBe('Error: The operation was canceled\n');
    expect((await rig.run(['list'])).status).toBe(0);
  });

  it('that ends before it did anything is done without', async () => {
    const rig = newLab();
    await falseAgent(rig, (socket) => socket.destroy());
    expect((await rig.run(['list'])).stdout).toMatch(/^Total running VMs: 3\n/);
  });

  it('that ends in the middle is told, since the command may have done something', async () => {
    const rig = newLab();
    await falseAgent(rig, (socket) => socket.end('{"begun":true}\n'));
    const run = await rig.run(['--json', 'start', rig.path('off')]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      error: { name: 'VIX_E_HOST_CONNECTION_LOST', message: expect.stringContaining('the agent ended') },
    });
    expect(run.status).toBe(-1);
  });

  it('that is stuck is not waited for when the command is cut short', async () => {
    const rig = newLab();
    await falseAgent(rig, () => undefined);
    const canceled = { stdout: 'Error: The operation was canceled\n', stderr: '', status: -1 };
    expect(await rig.run(['--timeout', '1', 'list'])).toEqual(canceled);
    let steps = 0;
    const interrupted = await rig.interrupt(['list'], () => (steps += 1) > 100);
    expect(interrupted).toEqual({ ...canceled, signal: 'SIGINT' });
  });

  it('that cannot start is done without', { skip: isWindows }, async () => {
    const { clock, directory, agentPlace: place } = newLab();
    const file = join(directory, 'file');
    writeFileSync(file, '');
    mkdirSync(place.folder, { mode: 0o755 });
    const signal = new AbortController().signal;
    const call = { args: ['list'], directory, secrets: {}, clock, signal, showProgress: () => undefined };
    for (const REVIX_HOME of [file, dirname(place.folder)]) {
      expect(await viaAgent(call, { REVIX_HOME, REVIX_AGENT: '1' }, '1')).toBeUndefined();
    }
  });

  it('that talks nonsense is done without', async () => {
    const rig = newLab();
    await falseAgent(rig, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n'));
    expect((await rig.run(['list'])).status).toBe(0);
  });
});

describe('the place of an agent', () => {
  const rig = () => newLab().directory;

  it('is another for each setting that decides what a command does', () => {
    const home = rig();
    const path = (env: Record<string, string>, version = '1') =>
      agentPlace({ REVIX_HOME: home, ...env }, home, version).path;
    const plain = path({});
    expect(path({ PWD: '/x', TERM: 'xterm', REVIX_AGENT: '1' })).toBe(plain);
    const others = [
      path({}, '2'),
      path({ NODE_EXTRA_CA_CERTS: '/ca' }),
      path({ https_proxy: 'x' }),
      path({ REVIX_CONFIG: 'c' }),
    ];
    expect(new Set([plain, ...others]).size).toBe(5);
    expect(path({ REVIX_CONFIG: 'c', VC_PASSWORD: 'a' })).not.toBe(path({ REVIX_CONFIG: 'c', VC_PASSWORD: 'b' }));
  });

  it('is the same for the agent that a client starts elsewhere', () => {
    const home = rig();
    const config = join(home, 'revix.config.json');
    const client = agentPlace({ REVIX_HOME: home, REVIX_CONFIG: 'revix.config.json' }, home, '1');
    expect(agentPlace({ REVIX_HOME: home, REVIX_CONFIG: config }, '/', '1')).toEqual(client);
  });

  it('has a path that a socket may have', { skip: isWindows }, () => {
    const home = join(rig(), 'x'.repeat(100));
    expect(agentPlace({ REVIX_HOME: home }, home, '1').path.length).toBeLessThan(100);
  });
});
