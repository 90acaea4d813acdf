import type { ManagedObject } from './managed-object.js';
import { refKey, type Ref } from './ref.js';

/** Finds objects of a type that come and go by themselves, like virtual machines. */
export interface ObjectSource {
  /** The object in its present state; undefined when there is none of this id. */
  find(ref: Ref): Promise<ManagedObject | undefined>;
}

/** Something happened to an object. */
export interface ObjectChange {
  readonly ref: Ref;
  /** The object came, went, or has other property values. */
  readonly kind: 'enter' | 'modify' | 'leave';
}

/** Managed objects: those of an endpoint that every session sees, or those that one session has made for itself. */
export class ObjectRegistry {
  readonly #objects = new Map<string, ManagedObject>();
  readonly #sources = new Map<string, ObjectSource>();
  readonly #listeners = new Set<(change: ObjectChange) => void>();

  /** Adds an object that stays until it is removed. */
  add(object: ManagedObject): void {
    this.#objects.set(refKey(object.ref), object);
    this.changed({ ref: object.ref, kind: 'enter' });
  }

  remove(ref: Ref): void {
    if (this.#objects.delete(refKey(ref))) this.changed({ ref, kind: 'leave' });
  }

  /** From now on the objects of a type come from the source. */
  addSource(type: string, source: ObjectSource): void {
    this.#sources.set(type, source);
  }

  /** undefined when there is no such object. */
  async find(ref: Ref): Promise<ManagedObject | undefined> {
    return this.#objects.get(refKey(ref)) ?? (await this.#sources.get(ref.type)?.find(ref));
  }

  /** References of the objects that stay until they are removed. */
  refs(): readonly Ref[] {
    return [...this.#objects.values()].map(({ ref }) => ref);
  }

  /** Tells those who watch. To be called by whoever changes what a property shows. */
  changed(change: ObjectChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Tells that all objects of a type have changed. */
  changedType(type: string): void {
    for (const { ref } of this.#objects.values()) if (ref.type === type) this.changed({ ref, kind: 'modify' });
  }

  /** @returns how to stop. */
  onChange(listener: (change: ObjectChange) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
