import { describe, expect, it } from 'vitest';
import { deferred } from '../../src/base/deferred.js';
import { readAhead } from '../../src/base/read-ahead.js';

/** Generators of which a test says when each gives its values. */
class Sources {
  readonly begun: number[] = [];
  readonly left: number[] = [];
  readonly gates = Array.from({ length: 6 }, () => deferred<readonly string[]>());

  all(): AsyncGenerator<string, void>[] {
    return this.gates.map((gate, index) => this.#source(index, gate.promise));
  }

  async *#source(index: number, values: Promise<readonly string[]>): AsyncGenerator<string, void> {
    this.begun.push(index);
    try {
      yield* await values;
    } finally {
      this.left.push(index);
    }
  }

  give(index: number, values: readonly string[] | Promise<readonly string[]>): void {
    this.gates[index]?.resolve(values as readonly string[]);
  }

  giveAll(): void {
    for (const index of this.gates.keys()) this.give(index, [`${index}a`, `${index}b`]);
  }
}

async function all(values: AsyncIterable<string>): Promise<readonly string[]> {
  const read: string[] = [];
  for await (const value of values) read.push(value);
  return read;
}

async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe('reading ahead', () => {
  it('gives everything in order, whoever is ready first', async () => {
    const sources = new Sources();
    const read = all(readAhead(sources.all(), 3));
    for (const index of [2, 1, 0, 3, 5]) sources.give(index, index === 3 ? [] : [`${index}a`, `${index}b`]);
    await settled();
    sources.give(4, ['4a']);
    expect(await read).toEqual(['0a', '0b', '1a', '1b', '2a', '2b', '4a', '5a', '5b']);
    expect(new Set(sources.left)).toEqual(new Set([0, 1, 2, 3, 4, 5]));
  });

  it('begins the next one before the value is worked on, and never more than it may', async () => {
    const sources = new Sources();
    const read = readAhead(sources.all(), 2);
    const first = read.next();
    await settled();
    expect(sources.begun).toEqual([0, 1]);
    sources.give(1, ['1a']);
    await settled();
    expect(sources.begun).toEqual([0, 1]);
    sources.give(0, ['0a']);
    expect(await first).toEqual({ done: false, value: '0a' });
    expect(sources.begun).toEqual([0, 1, 2]);
    sources.giveAll();
    await read.return(undefined);
  });

  it('tells all that are under way when nobody reads on', async () => {
    const sources = new Sources();
    const read = readAhead(sources.all(), 3);
    sources.give(0, ['0a', '0b']);
    await read.next();
    await read.return(undefined);
    expect(sources.begun).toEqual([0, 1, 2, 3]);
    sources.giveAll();
    await settled();
    expect(new Set(sources.left)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('ends with the first failure in order; later ones trouble nobody', async () => {
    const sources = new Sources();
    const read = readAhead(sources.all(), 3);
    const first = read.next();
    sources.give(2, Promise.reject(new Error('third')));
    await settled();
    sources.give(1, Promise.reject(new Error('second')));
    await settled();
    sources.give(0, ['0a']);
    expect(await first).toEqual({ done: false, value: '0a' });
    await expect(read.next()).rejects.toThrow('second');
    sources.giveAll();
    await settled();
    expect(new Set(sources.left)).toEqual(new Set(sources.begun));
    expect(await read.next()).toEqual({ done: true, value: undefined });
  });
});
