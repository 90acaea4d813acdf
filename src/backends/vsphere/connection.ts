import type { Believed } from '../../base/believed.js';
import type { Clock } from '../../base/clock.js';
import { readAhead } from '../../base/read-ahead.js';
import type { CallContext } from '../backend.js';
import { faultFrom, type FaultContext } from './errors/fault-from.js';
import { VimError } from './errors/vim-error.js';
import type { Dispatchers, HttpPeer } from './http/dispatchers.js';
import type { TlsPolicy } from './http/tls-policy.js';
import type { Datacenter } from './inventory/datacenter.js';
import { allPropertiesOf, noProperties, type Properties, type PropertyPath } from './properties.js';
import type { RestSession } from './rest/rest-session.js';
import type { Session } from './session/session.js';
import type { VsphereSettings } from './settings.js';
import { refKey, type Ref } from './soap/values.js';
import type {
  AboutInfo,
  ObjectContent,
  PropertyFilterSpec,
  RetrieveResult,
  ServiceContent,
} from './vim/generated/types.js';
import type { ArgsOf, MethodName, RefFor, ResultOf } from './vim/vim-call.js';
import { PropertyHub } from './wait/property-hub.js';
import { TaskRunner } from './wait/task-runner.js';
import { waitFor } from './wait/wait-for.js';

/** What a call of a method needs of the context of an operation. */
export type CallSignal = Pick<CallContext, 'signal'>;

/** Objects that come in one page of a long list: few enough that reading a page does not hold up the event loop. */
const pageSize = 250;

/** Pages of a long list that are on their way at a time: the server works on some while another is being read. */
const pagesAhead = 3;

/**
 * One login at one vCenter or ESXi host, with everything that operations need of it. Shared by all connections of a
 * program to the same host as the same user.
 */
export class VsphereConnection {
  /** Of the SOAP API: `https://vcenter.example/sdk`. */
  readonly url: URL;
  readonly session: Session;
  /** The REST API, which only a vCenter has. */
  readonly rest: RestSession | undefined;
  readonly settings: VsphereSettings;
  readonly clock: Clock;
  /** Connections to this host and others, through the proxy of the settings. */
  readonly dispatchers: Dispatchers;
  /** The datacentres that the user was shown, as long as they are believed. */
  readonly datacenters: Believed<readonly Datacenter[]>;
  readonly tasks: TaskRunner;
  readonly #hub: PropertyHub;

  constructor(parts: {
    readonly url: URL;
    readonly session: Session;
    readonly rest: RestSession | undefined;
    readonly settings: VsphereSettings;
    readonly clock: Clock;
    readonly dispatchers: Dispatchers;
    readonly datacenters: Believed<readonly Datacenter[]>;
  }) {
    this.url = parts.url;
    this.session = parts.session;
    this.rest = parts.rest;
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.dispatchers = parts.dispatchers;
    this.datacenters = parts.datacenters;
    // The server may have started anew.
    this.session.onRenewed(() => this.datacenters.forget());
    this.#hub = new PropertyHub(parts.session, parts.clock, parts.settings);
    this.tasks = new TaskRunner(parts.session, this.#hub, parts.clock, parts.settings);
  }

  get content(): ServiceContent {
    return this.session.content;
  }

  get about(): AboutInfo {
    return this.content.about;
  }

  /** A vCenter, rather than a single ESXi host. */
  get isVcenter(): boolean {
    return this.about.apiType === 'VirtualCenter';
  }

  /** Whose certificate is accepted at the host itself; other hosts are the business of whoever talks to them. */
  get tls(): TlsPolicy {
    return this.settings.tls;
  }

  /** The host itself, for requests beside SOAP: downloads from datastores, REST. */
  get peer(): HttpPeer {
    return this.dispatchers.peer(this.url, this.settings.tls);
  }

  /**
   * Calls a method of a managed object. A lost session is renewed, and what may be called again is, on the way.
   *
   * @throws VimError, HttpFailure, Fault, the signal's reason: see `Session.call`. Operations hand them to `faultFrom`.
   */
  call<Method extends MethodName>(
    self: RefFor<Method>,
    method: Method,
    args: ArgsOf<Method>,
    call: CallSignal,
  ): Promise<ResultOf<Method>> {
    return this.session.call(self, method, args, { signal: call.signal });
  }

  /**
   * Waits until a test of a machine's watched properties (see `watchedPaths`) gives something other than undefined.
   * Survives a lost session and a restart of the server.
   */
  waitForVm<T>(vm: Ref<'VirtualMachine'>, test: (values: Properties) => T | undefined, call: CallSignal): Promise<T> {
    return waitFor(this.#hub, vm, test, call.signal);
  }

  /**
   * Reads properties of one object.
   * @throws VimError `ManagedObjectNotFound` when it is gone, `NoPermission` when the user may not read one of them.
   */
  async properties(ref: Ref, pathSet: readonly PropertyPath[], call: CallSignal): Promise<Properties> {
    const spec = { propSet: [{ type: ref.type, pathSet }], objectSet: [{ obj: ref }] };
    for await (const page of this.retrieve(spec, call)) {
      for (const object of page) return allPropertiesOf(object);
    }
    return noProperties;
  }

  /**
   * Reads properties of objects of one type, page by page and in their order. Objects that are gone are left out. Properties
   * that cannot be read are missing.
   */
  propertiesOfEach(
    refs: readonly Ref[],
    type: string,
    pathSet: readonly PropertyPath[],
    call: CallSignal,
  ): AsyncGenerator<readonly ObjectContent[]> {
    const propSet = [{ type, pathSet }];
    const retrieve = (part: readonly Ref[]): AsyncGenerator<readonly ObjectContent[], void> => {
      const objectSet = part.map((obj) => ({ obj }));
      return this.retrieve({ propSet, objectSet, reportMissingObjectsInResults: true }, call);
    };
    return readAhead(partsOf(refs, pageSize).map(retrieve), pagesAhead);
  }

  /**
   * Reads what a filter selects, page by page. When the server forgets the list on the way, it is read again, and only
   * what has not come yet is given out.
   */
  async *retrieve(spec: PropertyFilterSpec, call: CallSignal): AsyncGenerator<readonly ObjectContent[], void> {
    const collector = this.content.propertyCollector;
    const given = new Set<string>();
    // Of the login that the list began with: its tokens live no longer.
    let { generation } = this.session;
    let next = this.#firstPage(spec, call);
    let isRead = false;
    try {
      for (;;) {
        const result = await next.catch((error: unknown) => {
          if (this.session.generation === generation || !(error instanceof VimError)) throw error;
          ({ generation } = this.session);
          return this.#firstPage(spec, call);
        });
        const token = result?.token;
        // The next page travels while this one is being worked on.
        if (token !== undefined) {
          next = this.call(collector, 'ContinueRetrievePropertiesEx', { token }, call);
          next.catch(() => undefined);
        }
        const fresh = (result?.objects ?? []).filter(({ obj }) => !given.has(refKey(obj)));
        if (token !== undefined || given.size > 0) for (const { obj } of fresh) given.add(refKey(obj));
        isRead = token === undefined;
        if (fresh.length > 0) yield fresh;
        if (isRead) return;
      }
    } finally {
      if (!isRead) void this.#forget(next);
    }
  }

  #firstPage(spec: PropertyFilterSpec, call: CallSignal): Promise<RetrieveResult | undefined> {
    const args = { specSet: [spec], options: { maxObjects: pageSize } };
    return this.call(this.content.propertyCollector, 'RetrievePropertiesEx', args, call);
  }

  /** Frees the rest of a list that nobody reads to its end. */
  async #forget(page: Promise<RetrieveResult | undefined>): Promise<void> {
    const token = await page.then(
      (result) => result?.token,
      () => undefined,
    );
    if (token === undefined) return;
    const { propertyCollector } = this.content;
    await this.session.call(propertyCollector, 'CancelRetrievePropertiesEx', { token }).catch(() => undefined);
  }

  /** Turns whatever an operation ended with into what its caller may see. */
  faultFrom(error: unknown, context: FaultContext): unknown {
    return faultFrom(error, context);
  }

  /** Logs out once the cancels under way are done; every wait and call ends. Idempotent; never rejects. */
  async close(): Promise<void> {
    await this.tasks.settleCancels();
    const closing = [this.session.close(), ...(this.rest === undefined ? [] : [this.rest.close()])];
    this.#hub.close(this.session.end);
    await Promise.all(closing);
  }
}

function partsOf<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
