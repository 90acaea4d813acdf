import { onTestFinished } from 'vitest';
import { SoapCodec } from '../../src/backends/vsphere/soap/soap-codec.js';
import type { Ref } from '../../src/backends/vsphere/soap/values.js';
import type { ServiceContent, TaskInfo } from '../../src/backends/vsphere/vim/generated/types.js';
import type { ArgsOf, MethodName, ResultOf } from '../../src/backends/vsphere/vim/vim-call.js';
import { vimSchema } from '../../src/backends/vsphere/vim/vim-schema.js';
import { FakeClock, settle } from '../../src/base/clock.js';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/index.js';

const codec = new SoapCodec(vimSchema);

/** A client as small as can be: one cookie, one call at a time. */
export class TestClient {
  readonly url: string;
  cookie: string | undefined;
  /** Header of the next messages, as XML. */
  security: string | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** Rejects with SoapFault where the answer is one. */
  async call<Name extends MethodName>(
    self: Ref,
    method: Name,
    args: ArgsOf<Name>,
    signal?: AbortSignal,
  ): Promise<ResultOf<Name>> {
    const answer = await this.send(codec.encodeRequest(self, method, args, { security: this.security }), signal);
    return codec.decodeResponse(method, answer.text) as ResultOf<Name>;
  }

  async send(body: string, signal?: AbortSignal) {
    const response = await fetch(this.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/xml', ...(this.cookie === undefined ? {} : { cookie: this.cookie }) },
      ...(signal === undefined ? {} : { signal }),
    });
    const [cookie] = response.headers.getSetCookie();
    if (cookie !== undefined) this.cookie = cookie.split(';')[0];
    return { status: response.status, text: await response.text() };
  }

  content(): Promise<ServiceContent> {
    return this.call({ type: 'ServiceInstance', value: 'ServiceInstance' }, 'RetrieveServiceContent', {});
  }

  async login(userName = 'user', password = 'pass'): Promise<ServiceContent> {
    const content = await this.content();
    await this.call(required(content.sessionManager), 'Login', { userName, password });
    return content;
  }

  /** Properties of one object by their paths. */
  async properties(object: Ref, ...pathSet: string[]): Promise<Readonly<Record<string, unknown>>> {
    const { propertyCollector } = await this.content();
    const result = await this.call(propertyCollector, 'RetrievePropertiesEx', {
      specSet: [
        {
          propSet: [{ type: object.type, pathSet, all: pathSet.length === 0 }],
          objectSet: [{ obj: object }],
        },
      ],
      options: {},
    });
    const [content] = result?.objects ?? [];
    return Object.fromEntries((content?.propSet ?? []).map(({ name, val }) => [name, val]));
  }
}

export interface SimulatorRig {
  readonly clock: FakeClock;
  readonly simulator: Simulator;
  /** What went wrong inside; must stay empty. */
  readonly defects: readonly unknown[];
  readonly client: () => TestClient;
  /** A client that is logged in, with what it then knows. */
  readonly session: (userName?: string, password?: string) => Promise<{ client: TestClient; content: ServiceContent }>;
}

/** A simulator with a fake clock and without TLS, closed at the end of the test. */
export async function startRig(options: SimulatorOptions = {}): Promise<SimulatorRig> {
  const clock = new FakeClock();
  const defects: unknown[] = [];
  const simulator = await startSimulator({
    clock,
    tls: false,
    users: [{ name: 'user', password: 'pass' }],
    powerDurationMs: 0,
    onDefect: (error, where) => defects.push({ where, error }),
    ...options,
  });
  onTestFinished(() => simulator.close());
  const client = () => new TestClient(simulator.url);
  return {
    clock,
    simulator,
    defects,
    client,
    session: async (userName, password) => {
      const made = client();
      return { client: made, content: await made.login(userName, password) };
    },
  };
}

/** A value that must be there. */
export function required<Value>(value: Value | undefined | null): Value {
  if (value === undefined || value === null) throw new Error('a value is missing that must be there');
  return value;
}

/** Lets the program run until something holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle(1);
}

/** Waits for a task, and gives its result. Rejects with the fault that it ended with. */
export async function taskResult(client: TestClient, task: Ref): Promise<unknown> {
  for (;;) {
    const { info } = await client.properties(task, 'info');
    const { state, result, error } = info as TaskInfo;
    if (state === 'success') return result;
    if (state === 'error') throw Object.assign(new Error(error?.localizedMessage), { fault: error?.fault });
    await settle(1);
  }
}
