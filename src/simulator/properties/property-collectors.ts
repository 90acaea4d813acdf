import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ObjectContent, RetrieveResult } from '../../backends/vsphere/vim/generated/types.js';
import type {
  PropertyFilterSpec,
  RetrieveOptions,
  UpdateSet,
  WaitOptions,
} from '../../backends/vsphere/vim/generated/types.js';
import type { Endpoint } from '../endpoint.js';
import { managed, vimMethods, type ManagedKind } from '../managed-object.js';
import type { ObjectRegistry } from '../object-registry.js';
import type { Ref } from '../ref.js';
import type { Session } from '../sessions.js';
import { VimFault } from '../vim-fault.js';
import { checkFilter, type CheckedFilter } from './filter-spec.js';
import { objectContent, readObject } from './object-content.js';
import { PropertyFilter } from './property-filter.js';
import { select, type ObjectFinder } from './selection.js';
import { UpdateCollector } from './update-collector.js';

/** So many objects are read before others get their turn. */
const objectsPerTurn = 250;

/** An object whose properties are still to be read, for a page that the client has not asked for yet. */
interface Waiting {
  readonly ref: Ref;
  readonly filter: CheckedFilter;
}

/** One property collector of a session: its filters, and the pages that are not fetched yet. */
class SessionCollector {
  readonly ref: Ref<'PropertyCollector'>;
  readonly updates: UpdateCollector;
  readonly #endpoint: Endpoint;
  readonly #session: Session;
  readonly #finder: ObjectFinder;
  readonly #pages = new Map<string, readonly Waiting[]>();
  /** Hears of no more changes. */
  readonly #stop: () => void;
  #filterCount = 0;

  constructor(ref: Ref<'PropertyCollector'>, endpoint: Endpoint, session: Session) {
    this.ref = ref;
    this.#endpoint = endpoint;
    this.#session = session;
    this.#finder = { schema: endpoint.schema, find: (object, of) => endpoint.find(object, of) };
    this.updates = new UpdateCollector(endpoint.clock);
    const stops = [this.#objects, endpoint.objects].map((objects) =>
      objects.onChange((change) => this.updates.onChange(change)),
    );
    this.#stop = () => {
      session.closed.removeEventListener('abort', this.#stop);
      for (const stop of stops) stop();
    };
    session.closed.addEventListener('abort', this.#stop);
  }

  get #objects(): ObjectRegistry {
    return this.#endpoint.objectsOf(this.#session);
  }

  async createFilter(spec: PropertyFilterSpec, isPartial: boolean): Promise<Ref<'PropertyFilter'>> {
    const checked = checkFilter(spec, this.#finder.schema);
    if (spec.reportMissingObjectsInResults !== true) await this.#requireRoots(checked);
    const number = (this.#filterCount += 1);
    const ref = { type: 'PropertyFilter', value: `session[${this.#session.key}]${this.ref.value}-${number}` } as const;
    const filter = new PropertyFilter(ref, checked, isPartial, this.#finder, this.#session);
    this.#objects.add(managed(ref, filterKind, { filter, collector: this }));
    this.updates.add(filter);
    return ref;
  }

  destroyFilter(filter: PropertyFilter): void {
    this.updates.remove(filter);
    this.#objects.remove(filter.ref);
  }

  destroy(): void {
    this.updates.cancel();
    this.#stop();
    for (const filter of this.updates.filters) this.destroyFilter(filter);
    this.#pages.clear();
    this.#objects.remove(this.ref);
  }

  async wait(version: string | undefined, options: WaitOptions, signal: AbortSignal): Promise<UpdateSet | undefined> {
    const { maxWaitSeconds, maxObjectUpdates } = options;
    if (maxWaitSeconds !== undefined && maxWaitSeconds < 0) throw invalid('options.maxWaitSeconds');
    if (maxObjectUpdates !== undefined && maxObjectUpdates < 1) throw invalid('options.maxObjectUpdates');
    const limits = {
      maxWaitMs: maxWaitSeconds === undefined ? undefined : maxWaitSeconds * 1000,
      maxObjectUpdates: maxObjectUpdates ?? Number.POSITIVE_INFINITY,
    };
    return this.updates.wait(version ?? '', limits, AbortSignal.any([signal, this.#session.closed]));
  }

  async retrieve(specs: readonly PropertyFilterSpec[], { maxObjects }: RetrieveOptions): Promise<RetrieveResult> {
    if (maxObjects !== undefined && maxObjects < 1) throw invalid('options.maxObjects');
    const waiting: Waiting[] = [];
    for (const spec of specs) {
      const filter = checkFilter(spec, this.#finder.schema);
      if (spec.reportMissingObjectsInResults !== true) await this.#requireRoots(filter);
      const { selected } = await select(filter, this.#finder, this.#session);
      for (const ref of selected.values()) waiting.push({ ref, filter });
    }
    return this.#page(waiting, maxObjects ?? waiting.length);
  }

  async continue(token: string): Promise<RetrieveResult> {
    const rest = this.#takePage(token);
    const [, size = ''] = token.split(':');
    return this.#page(rest, Number(size));
  }

  cancelPages(token: string): void {
    this.#takePage(token);
  }

  #takePage(token: string): readonly Waiting[] {
    const rest = this.#pages.get(token);
    if (rest === undefined) throw invalid('token');
    this.#pages.delete(token);
    return rest;
  }

  async #page(waiting: readonly Waiting[], size: number): Promise<RetrieveResult> {
    const objects: ObjectContent[] = [];
    let next = 0;
    // An object that went since it was selected takes no room of the page.
    for (; next < waiting.length && objects.length < size; next += 1) {
      const place = waiting[next];
      const content = place === undefined ? undefined : await this.#content(place);
      if (content !== undefined) objects.push(content);
      if (next % objectsPerTurn === objectsPerTurn - 1) await setImmediate();
    }
    if (next === waiting.length) return { objects };
    const token = `${randomUUID()}:${size}`;
    this.#pages.set(token, waiting.slice(next));
    return { token, objects };
  }

  async #content({ ref, filter }: Waiting): Promise<ObjectContent | undefined> {
    const { schema } = this.#finder;
    const object = await this.#finder.find(ref, this.#session);
    if (object === undefined) return undefined;
    return objectContent(ref, readObject(object, filter.wanted(ref.type) ?? [], this.#session, schema), schema);
  }

  async #requireRoots({ roots }: CheckedFilter): Promise<void> {
    for (const { ref } of roots) {
      if ((await this.#finder.find(ref, this.#session)) !== undefined) continue;
      throw new VimFault({ $type: 'ManagedObjectNotFound', obj: ref }, `There is no ${ref.type} ${ref.value}.`);
    }
  }
}

function invalid(invalidProperty: string): VimFault {
  return new VimFault(
    { $type: 'InvalidArgument', invalidProperty },
    `A specified parameter was not correct: ${invalidProperty}`,
  );
}

const filterKind: ManagedKind<{ readonly filter: PropertyFilter; readonly collector: SessionCollector }> = {
  type: 'PropertyFilter',
  properties: {
    partialUpdates: ({ filter }) => filter.isPartial,
    spec: ({ filter }) => filter.filter.spec,
  },
  methods: vimMethods({
    DestroyPropertyFilter: ({ filter, collector }) => collector.destroyFilter(filter),
  }),
};

/** Finds the collector that a session means: its own, of which all know the same reference, or one that it made. */
type FindCollector = (session: Session) => SessionCollector;

function collectorKind(endpoint: Endpoint): ManagedKind<FindCollector> {
  return {
    type: 'PropertyCollector',
    properties: { filter: (find, session) => find(session).updates.filters.map(({ ref }) => ref) },
    methods: vimMethods<FindCollector>({
      CreateFilter: (find, { session, args }) => find(session).createFilter(args.spec, args.partialUpdates),
      RetrieveProperties: async (find, { session, args }) =>
        (await find(session).retrieve(args.specSet, {})).objects ?? [],
      RetrievePropertiesEx: async (find, { session, args }) => {
        const result = await find(session).retrieve(args.specSet, args.options);
        return result.objects?.length === 0 ? undefined : result;
      },
      ContinueRetrievePropertiesEx: (find, { session, args }) => find(session).continue(args.token),
      CancelRetrievePropertiesEx: (find, { session, args }) => find(session).cancelPages(args.token),
      CheckForUpdates: (find, { session, args, signal }) =>
        find(session).wait(args.version, { maxWaitSeconds: 0 }, signal),
      WaitForUpdates: async (find, { session, args, signal }) => {
        const updates = await find(session).wait(args.version, {}, signal);
        if (updates === undefined) throw new Error('a wait without a limit ends with updates');
        return updates;
      },
      WaitForUpdatesEx: (find, { session, args, signal }) =>
        find(session).wait(args.version, args.options ?? {}, signal),
      CancelWaitForUpdates: (find, { session }) => find(session).updates.cancel(),
      CreatePropertyCollector: (_find, { session }) => {
        const ref = { type: 'PropertyCollector', value: `session[${session.key}]${randomUUID()}` } as const;
        const collector = new SessionCollector(ref, endpoint, session);
        endpoint.objectsOf(session).add(managed(ref, collectorKind(endpoint), () => collector));
        return ref;
      },
      DestroyPropertyCollector: (find, { session, self }) => {
        const collector = find(session);
        if (
          collector.ref.value !== self.value ||
          endpoint.serviceContent.get('propertyCollector')?.value === self.value
        ) {
          throw new VimFault({ $type: 'NotSupported' }, 'The collector that every session has cannot be destroyed.');
        }
        collector.destroy();
      },
    }),
  };
}

/** Puts the property collector into an endpoint. Each session has one of its own behind the same reference. */
export function addPropertyCollector(endpoint: Endpoint): void {
  const ref = {
    type: 'PropertyCollector',
    value: endpoint.kind === 'esx' ? 'ha-property-collector' : 'propertyCollector',
  } as const;
  const ofSession = new WeakMap<Session, SessionCollector>();
  const find: FindCollector = (session) => {
    const known = ofSession.get(session);
    if (known !== undefined) return known;
    const made = new SessionCollector(ref, endpoint, session);
    ofSession.set(session, made);
    return made;
  };
  endpoint.addManager('propertyCollector', managed(ref, collectorKind(endpoint), find));
}
