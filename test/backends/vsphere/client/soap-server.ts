import { SoapCodec } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import type { DataObject, Ref } from '../../../../src/backends/vsphere/soap/values.js';
import { typed } from '../../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';
import { TestServer } from '../test-server.js';

/** A call as the server sees it. */
export interface SeenCall {
  readonly method: string;
  readonly self: Ref;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Thrown by an answer: the fault that the server sends. */
export class AnswerFault extends Error {
  constructor(
    readonly fault: DataObject,
    message = 'It failed.',
  ) {
    super(message);
  }
}

export type Answers = Readonly<Record<string, (call: SeenCall) => unknown>>;

const codec = new SoapCodec(vimSchema);
const manager = (type: string) => ({ type, value: type });

const about = {
  name: 'Test',
  fullName: 'Test 1.0',
  vendor: 'Nobody',
  version: '8.0.3',
  build: '1',
  osType: 'test',
  productLineId: 'vpx',
  apiType: 'HostAgent',
  apiVersion: '8.0.3.0',
};

const session = {
  key: 's1',
  userName: 'u',
  fullName: 'U',
  loginTime: new Date(0),
  lastActiveTime: new Date(0),
  locale: 'en',
  messageLocale: 'en',
  extensionSession: false,
  ipAddress: '127.0.0.1',
  userAgent: 'test',
  callCount: 1,
};

/** A server whose answers a test scripts, method by method, and that answers for logins by itself. */
export class SoapServer {
  readonly url: string;
  readonly calls: SeenCall[] = [];
  readonly #server: TestServer;

  private constructor(server: TestServer, calls: SeenCall[]) {
    this.#server = server;
    this.calls = calls;
    this.url = new URL('/sdk', server.url).href;
  }

  /** @param properties of every object, by `Type.path`. */
  static async start(answers: Answers, properties: Readonly<Record<string, unknown>> = {}): Promise<SoapServer> {
    const calls: SeenCall[] = [];
    const all: Answers = { ...usual(properties), ...answers };
    const server = await TestServer.start((request, response, body) => {
      if (request.method !== 'POST' || request.url !== '/sdk') return void response.writeHead(404).end();
      // An answer that is wrong itself shows in the test that gets it.
      const wrong = (error: unknown) => ({ status: 200, xml: `the test's own answer: ${String(error)}` });
      void respond(all, calls, body)
        .catch(wrong)
        .then(({ status, xml }) => response.writeHead(status, { 'content-type': 'text/xml' }).end(xml));
    }, null);
    return new SoapServer(server, calls);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#server.connections;
  }

  /** The methods that were called, apart from those of every session. */
  get methods(): string[] {
    const usualOnes = new Set(Object.keys(usual({})));
    return this.calls.map(({ method }) => method).filter((method) => !usualOnes.has(method));
  }

  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

async function respond(answers: Answers, calls: SeenCall[], body: string): Promise<{ status: number; xml: string }> {
  const { method, self, args } = codec.decodeRequest(body);
  const call = { method: method.name, self, args };
  calls.push(call);
  try {
    const answer = answers[method.name];
    if (answer === undefined) throw new AnswerFault({ $type: 'NotSupported' }, `no answer to ${method.name}`);
    return { status: 200, xml: codec.encodeResponse(method.name, await answer(call)) };
  } catch (error) {
    if (!(error instanceof AnswerFault)) throw error;
    return { status: 500, xml: codec.encodeFault({ message: error.message, fault: error.fault }) };
  }
}

/** What every session asks for. */
function usual(properties: Readonly<Record<string, unknown>>): Answers {
  return {
    RetrieveServiceContent: () => ({
      about,
      rootFolder: manager('Folder'),
      propertyCollector: manager('PropertyCollector'),
      viewManager: manager('ViewManager'),
      sessionManager: manager('SessionManager'),
      searchIndex: manager('SearchIndex'),
      guestOperationsManager: manager('GuestOperationsManager'),
      guestCustomizationManager: manager('VirtualMachineGuestCustomizationManager'),
    }),
    Login: () => session,
    Logout: () => undefined,
    RetrievePropertiesEx: ({ args }) => {
      const [spec] = args.specSet as readonly [
        {
          readonly propSet: readonly { readonly type: string; readonly pathSet?: readonly string[] }[];
          readonly objectSet: readonly { readonly obj: Ref }[];
        },
      ];
      const objects = spec.objectSet.map(({ obj }) => {
        const paths = spec.propSet.filter(({ type }) => type === obj.type).flatMap(({ pathSet }) => pathSet ?? []);
        const propSet = paths.flatMap((name) => {
          const value = properties[`${obj.type}.${name}`];
          const type = vimSchema.propertyType(obj.type, name);
          if (value === undefined || type === undefined) return [];
          return [{ name, val: typed(type.array ? `${type.type}[]` : type.type, value) }];
        });
        return { obj, propSet };
      });
      return { objects };
    },
  };
}

/** The guest managers, as properties of `GuestOperationsManager`. */
export const guestManagers = {
  'GuestOperationsManager.authManager': manager('GuestAuthManager'),
  'GuestOperationsManager.fileManager': manager('GuestFileManager'),
  'GuestOperationsManager.processManager': manager('GuestProcessManager'),
  'GuestOperationsManager.aliasManager': manager('GuestAliasManager'),
  'GuestOperationsManager.guestWindowsRegistryManager': manager('GuestWindowsRegistryManager'),
};
