import type { IncomingMessage, ServerResponse } from 'node:http';
import { SoapCodec } from '../../../src/backends/vsphere/soap/soap-codec.js';
import { type DataObject, type Ref, refKey, typed } from '../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../src/backends/vsphere/vim/vim-schema.js';
import type { TestCertificate } from '../../fixtures/tls/certificates.js';
import { TestServer } from './test-server.js';

const codec = new SoapCodec(vimSchema);

/** One call as a script sees it. */
export interface FakeCall {
  readonly method: string;
  readonly self: Ref;
  readonly args: Readonly<Record<string, unknown>>;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly session: string | undefined;
  /** The `Security` element of the header. */
  readonly security: string | undefined;
}

/** Thrown by a script to answer with a fault. */
export class FakeFault extends Error {
  constructor(
    readonly fault: DataObject,
    message = 'as the script says',
  ) {
    super(message);
  }
}

/** What a script returns when it answers, or does not, by itself. */
export const answeredOtherwise = Symbol('answered otherwise');

type Script = (call: FakeCall) => unknown;

const noLogin = new Set(['RetrieveServiceContent', 'Login', 'LoginByToken', 'CloneSession', 'Logout']);

function ref<Type extends string>(type: Type): Ref<Type> {
  return { type, value: type };
}

/** A number needs its type where any value may stand. */
function onWire(value: unknown): unknown {
  return typeof value === 'number' ? typed('xsd:int', value) : value;
}

/** The list on the server that the client watches. */
interface View {
  readonly members: Map<string, Ref>;
  /** Members that the client has been told of. */
  readonly told: Set<string>;
}

/** A server that speaks the SOAP of vSphere over loopback TLS and does what a test says. */
export class FakeVsphere {
  /** Names of the methods that were called, in order. */
  readonly calls: string[] = [];
  readonly faults: string[] = [];
  /** Properties of objects by `type:value`; an object that is not here does not exist. */
  /** Objects in one answer of the property collector. */
  pageSize = Number.POSITIVE_INFINITY;
  readonly objects = new Map<string, Map<string, unknown>>();
  versions = ['8.0.3.0', '7.0', '6.5'];
  soapActions = new Set<string>();
  apiType: 'VirtualCenter' | 'HostAgent' = 'VirtualCenter';
  readonly #scripts = new Map<string, Script>();
  readonly #sessions = new Set<string>();
  readonly #views = new Map<string, View>();
  readonly #collectors = new Map<string, string>();
  /** What is left of divided answers, by token, for the session that asked. */
  readonly #rests = new Map<string, { readonly session: string | undefined; readonly rest: readonly unknown[] }>();
  readonly #pending: { readonly view: View; readonly answer: () => boolean }[] = [];
  #server: TestServer | undefined;
  #count = 0;

  static async start(port = 0): Promise<FakeVsphere> {
    const fake = new FakeVsphere();
    await fake.listen(port);
    return fake;
  }

  get url(): URL {
    if (this.#server === undefined) throw new Error('the fake server does not listen');
    return new URL('/sdk', this.#server.url);
  }

  async listen(port: number, certificate?: TestCertificate): Promise<void> {
    this.#server = await TestServer.start(
      (request, response, body) => void this.#answer(request, response, body),
      certificate,
      port,
    );
  }

  breakConnections(): void {
    this.#server?.breakConnections();
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** Answers a method as the script says, in place of what the fake does by itself. */
  on(method: string, script: Script): void {
    this.#scripts.set(method, script);
  }

  /** How often a method was called. */
  count(method: string): number {
    return this.calls.filter((name) => name === method).length;
  }

  /** Number of sessions that are logged in. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Forgets every login with all that hangs on it, as a restart does. */
  forgetSessions(): void {
    this.#sessions.clear();
    this.#views.clear();
    this.#collectors.clear();
  }

  add(object: Ref, properties: Readonly<Record<string, unknown>>): void {
    this.objects.set(refKey(object), new Map(Object.entries(properties)));
    this.#wake();
  }

  /** Changes properties, and tells whoever watches the object. */
  change(object: Ref, properties: Readonly<Record<string, unknown>>): void {
    const known = this.objects.get(refKey(object));
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined) known?.delete(name);
      else known?.set(name, value);
    }
    for (const view of this.#views.values()) view.told.delete(refKey(object));
    this.#wake();
  }

  remove(object: Ref): void {
    this.objects.delete(refKey(object));
    this.#wake();
  }

  /** A task that is in this state. */
  addTask(value: string, properties: Readonly<Record<string, unknown>>): Ref<'Task'> {
    const task = { type: 'Task', value } as const;
    this.add(task, properties);
    return task;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, body: string): Promise<void> {
    if (request.method === 'GET') {
      const [newest, ...older] = this.versions;
      const prior = older.map((version) => `<version>${version}</version>`).join('');
      response.end(
        `<namespaces version="1.0"><namespace><name>urn:vim25</name><version>${newest}</version>` +
          `<priorVersions>${prior}</priorVersions></namespace></namespaces>`,
      );
      return;
    }
    const { method, self, args, header } = codec.decodeRequest(body);
    const [, session] = /vmware_soap_session="?([^;"]+)/.exec(request.headers.cookie ?? '') ?? [];
    this.soapActions.add(String(request.headers['soapaction']));
    this.calls.push(method.name);
    const security = header.security === undefined ? undefined : String(Reflect.apply(reveal, header.security, []));
    const call = { method: method.name, self, args, request, response, session, security };
    try {
      if (!noLogin.has(method.name) && (session === undefined || !this.#sessions.has(session))) {
        throw new FakeFault({ $type: 'NotAuthenticated', object: self, privilegeId: 'System.View' });
      }
      const script = this.#scripts.get(method.name);
      const result = await (script === undefined ? this.own(call) : script(call));
      if (result === answeredOtherwise) return;
      response.setHeader('content-type', 'text/xml');
      response.end(codec.encodeResponse(method.name, result));
    } catch (error) {
      if (!(error instanceof FakeFault)) throw error;
      this.faults.push(error.fault.$type);
      response.writeHead(500, { 'content-type': 'text/xml' });
      response.end(codec.encodeFault({ message: error.message, fault: error.fault }));
    }
  }

  /** Does what the fake does by itself. */
  own(call: FakeCall): unknown {
    const { method, self, args } = call;
    switch (method) {
      case 'RetrieveServiceContent':
        return this.#content();
      case 'Login':
        return this.logIn(call);
      case 'Logout':
        this.#sessions.delete(call.session ?? '');
        return undefined;
      case 'CurrentTime':
        return new Date(0);
      case 'RetrievePropertiesEx':
        return this.#retrieve(call);
      case 'ContinueRetrievePropertiesEx':
        return this.#continue(call);
      case 'CreateListView':
        return this.#make('ListView', (value) => this.#views.set(value, { members: new Map(), told: new Set() }));
      case 'CreatePropertyCollector':
        return this.#make('PropertyCollector', (value) => this.#collectors.set(value, ''));
      case 'CreateFilter': {
        const [{ obj }] = (args['spec'] as { objectSet: [{ obj: Ref }] }).objectSet;
        this.#collectors.set(self.value, obj.value);
        return { type: 'PropertyFilter', value: `filter-${(this.#count += 1)}` };
      }
      case 'ModifyListView':
        return this.#modify(self, (args['add'] ?? []) as readonly Ref[], (args['remove'] ?? []) as readonly Ref[]);
      case 'WaitForUpdatesEx':
        return this.#wait(call);
      case 'DestroyPropertyCollector':
        this.#collectors.delete(self.value);
        return undefined;
      case 'DestroyView':
        this.#views.delete(self.value);
        return undefined;
      default:
        throw new FakeFault({ $type: 'MethodNotFound', receiver: self, method });
    }
  }

  /** Opens a session and gives its cookie. */
  logIn({ response }: FakeCall, userName = 'user'): unknown {
    const token = `session-${(this.#count += 1)}`;
    this.#sessions.add(token);
    response.setHeader('set-cookie', `vmware_soap_session="${token}"; Path=/; HttpOnly; Secure`);
    return this.#userSession(token, userName);
  }

  #userSession(token: string, userName: string): object {
    const now = new Date(0);
    return {
      key: `key of ${token}`,
      userName,
      fullName: userName,
      loginTime: now,
      lastActiveTime: now,
      locale: 'en',
      messageLocale: 'en',
      extensionSession: false,
      ipAddress: '',
      userAgent: '',
      callCount: 0,
    };
  }

  #content(): unknown {
    const about = {
      name: 'fake',
      fullName: 'Fake vCenter 8.0.3',
      vendor: 'test',
      version: '8.0.3',
      build: '1',
      osType: 'any',
      productLineId: 'vpx',
      apiType: this.apiType,
      apiVersion: '8.0.3.0',
    };
    return {
      about,
      rootFolder: ref('Folder'),
      propertyCollector: { type: 'PropertyCollector', value: 'the one' },
      viewManager: ref('ViewManager'),
      sessionManager: ref('SessionManager'),
      searchIndex: ref('SearchIndex'),
      fileManager: ref('FileManager'),
      taskManager: ref('TaskManager'),
      licenseManager: ref('LicenseManager'),
      guestOperationsManager: ref('GuestOperationsManager'),
    };
  }

  #make<Type extends string>(type: Type, keep: (value: string) => void): Ref<Type> {
    const value = `${type}-${(this.#count += 1)}`;
    keep(value);
    return { type, value };
  }

  #retrieve({ args, session }: FakeCall): unknown {
    interface Spec {
      readonly objectSet: readonly { readonly obj: Ref }[];
      readonly propSet: readonly { readonly type: string; readonly pathSet?: readonly string[] }[];
      readonly reportMissingObjectsInResults?: boolean;
    }
    const [spec] = args['specSet'] as readonly [Spec];
    const asked = spec.objectSet.flatMap(({ obj }) => (obj.type === 'TaskManager' ? this.#recentTasks() : [obj]));
    const objects = asked.flatMap((obj) => {
      if (obj.type === 'SessionManager') {
        const val = { $type: 'UserSession', ...this.#userSession(session ?? '', 'user') };
        return { obj, propSet: [{ name: 'currentSession', val }] };
      }
      const known = this.objects.get(refKey(obj));
      if (known === undefined) {
        if (spec.reportMissingObjectsInResults === true) return [];
        throw new FakeFault({ $type: 'ManagedObjectNotFound', obj });
      }
      const paths = spec.propSet.find(({ type }) => type === obj.type)?.pathSet ?? [];
      return {
        obj,
        propSet: paths.filter((path) => known.has(path)).map((name) => ({ name, val: onWire(known.get(name)) })),
      };
    });
    return objects.length === 0 ? undefined : this.#page(objects, session);
  }

  #continue({ args, session }: FakeCall): unknown {
    const known = this.#rests.get(String(args['token']));
    if (known === undefined || known.session !== session) {
      throw new FakeFault({ $type: 'InvalidArgument', invalidProperty: 'token' });
    }
    return this.#page(known.rest, session);
  }

  #page(objects: readonly unknown[], session: string | undefined): unknown {
    const [page, rest] = [objects.slice(0, this.pageSize), objects.slice(this.pageSize)];
    if (rest.length === 0) return { objects: page };
    const token = `page-${(this.#count += 1)}`;
    this.#rests.set(token, { session, rest });
    return { objects: page, token };
  }

  #recentTasks(): readonly Ref[] {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith('Task:'));
    return keys.map((key) => ({ type: 'Task', value: key.slice('Task:'.length) }));
  }

  #modify(self: Ref, added: readonly Ref[], removed: readonly Ref[]): readonly Ref[] {
    const view = this.#views.get(self.value);
    if (view === undefined) throw new FakeFault({ $type: 'ManagedObjectNotFound', obj: self });
    for (const member of removed) {
      view.members.delete(refKey(member));
      view.told.delete(refKey(member));
    }
    const missing = added.filter((member) => !this.objects.has(refKey(member)));
    for (const member of added) if (!missing.includes(member)) view.members.set(refKey(member), member);
    this.#wake();
    return missing;
  }

  #wait({ self, response }: FakeCall): unknown {
    const view = this.#views.get(this.#collectors.get(self.value) ?? '');
    if (view === undefined) throw new FakeFault({ $type: 'ManagedObjectNotFound', obj: self });
    const answer = (): boolean => {
      const objectSet = [...view.members].flatMap(([key, obj]) => {
        const known = this.objects.get(key);
        if (known === undefined) {
          view.members.delete(key);
          return { kind: 'leave', obj };
        }
        if (view.told.has(key)) return [];
        view.told.add(key);
        const changeSet = [...known].map(([name, val]) => ({ name, op: 'assign', val: onWire(val) }));
        return { kind: 'enter', obj, changeSet };
      });
      if (objectSet.length === 0) return false;
      const filter = { type: 'PropertyFilter', value: 'filter' };
      response.setHeader('content-type', 'text/xml');
      const update = { version: String((this.#count += 1)), filterSet: [{ filter, objectSet }] };
      response.end(codec.encodeResponse('WaitForUpdatesEx', update));
      return true;
    };
    if (!answer()) this.#pending.push({ view, answer });
    return answeredOtherwise;
  }

  #wake(): void {
    for (const waiting of this.#pending.splice(0)) if (!waiting.answer()) this.#pending.push(waiting);
  }
}

function reveal(this: unknown): unknown {
  return typeof this === 'object' && this !== null && 'reveal' in this && typeof this.reveal === 'function'
    ? this.reveal()
    : this;
}
