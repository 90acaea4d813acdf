import { describe, expect, it } from 'vitest';

interface Facts {
  readonly dataTypes: Readonly<Record<string, { readonly base: string; readonly fields: readonly string[] }>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  readonly managed: Readonly<Record<string, object>>;
}

const { pick } = (await import(new URL('../../scripts/vim/lib.mjs', import.meta.url).href)) as {
  readonly pick: (input: object, all: object) => Facts;
};

const method = {
  params: ['spec Animal', 'when? xsd:dateTime'],
  result: '&Task',
  taskResult: '&Zoo',
  privileges: {},
  faults: ['Bitten'],
};

const all = {
  dataTypes: {
    Animal: { base: 'DynamicData', fields: ['name xsd:string', 'legs? Leg[]', 'keeper &Person'] },
    Dog: { base: 'Animal', fields: ['password xsd:string', 'age xsd:long'] },
    Puppy: { base: 'Dog', fields: ['toy Toy'] },
    Toy: { base: 'DynamicData', fields: [] },
    Leg: { base: 'DynamicData', fields: ['side Side'] },
    Bitten: { base: 'VimFault', fields: [] },
    BadlyBitten: { base: 'Bitten', fields: [] },
    VimFault: { base: 'MethodFault', fields: [] },
    LocalizableMessage: { base: 'DynamicData', fields: [] },
    Unused: { base: 'DynamicData', fields: [] },
  },
  enums: { Side: ['left', 'right'], Other: ['a'] },
  managed: {
    Zoo: {
      base: 'ManagedObject',
      properties: ['name xsd:string'],
      propertyPrivileges: { name: 'Zoo.View' },
      methods: { Feed_Task: method, Close: method },
    },
  },
};

const input = {
  managed: { ManagedObject: [], Zoo: ['Feed_Task'] },
  closed: ['MethodFault'],
  types: [],
  cut: {},
  keep: {},
  secrets: [],
  bigints: [],
  abstract: [],
};

describe('the facts about vim25', () => {
  it('are what the list names and what that needs', () => {
    const facts = pick(input, all);
    const needed = ['Animal', 'Bitten', 'Dog', 'DynamicData', 'Leg', 'Puppy', 'Toy', 'VimFault'];
    expect(Object.keys(facts.dataTypes)).toEqual(expect.arrayContaining(needed));
    expect(facts.dataTypes).not.toHaveProperty('Unused');
    // Below what is closed only the named ones come along.
    expect(facts.dataTypes).not.toHaveProperty('BadlyBitten');
    expect(pick({ ...input, types: ['BadlyBitten'] }, all).dataTypes).toHaveProperty('BadlyBitten');
    expect(facts.enums).toEqual({ Side: ['left', 'right'] });
    expect(facts.managed).toHaveProperty('Zoo.methods.Feed_Task.taskResult', '&Zoo');
    expect(facts.managed).not.toHaveProperty('Zoo.methods.Close');
  });

  it('stay the same when they are picked out of themselves', () => {
    const facts = pick(input, all);
    expect(pick(input, facts)).toEqual(facts);
  });

  it('leave out fields that are cut, with what only these need', () => {
    const facts = pick({ ...input, cut: { Animal: ['legs'] }, keep: { Puppy: [] } }, all);
    expect(facts.dataTypes.Animal?.fields).toEqual(['name xsd:string', 'keeper &Person']);
    expect(facts.enums).toEqual({});
    expect(facts.dataTypes).not.toHaveProperty('Toy');
  });

  it('mark secrets and long numbers', () => {
    const facts = pick({ ...input, secrets: ['Dog.password'], bigints: ['Dog.age'] }, all);
    expect(facts.dataTypes.Dog?.fields).toEqual(['password secret', 'age bigint']);
  });

  it.each([
    [{ managed: { Nowhere: [] } }, 'no facts about the managed object Nowhere'],
    [{ managed: { ...input.managed, Zoo: ['Open'] } }, 'Zoo has no method Open'],
    [{ managed: { Zoo: [] } }, 'the managed object ManagedObject is missing from the list'],
    [{ types: ['Cat'] }, 'no facts about the type Cat'],
    [{ abstract: ['Unused'] }, 'abstract names Unused, which is unused'],
  ])('want a list that is in order: %o', (change, message) => {
    expect(() => pick({ ...input, ...change }, all)).toThrow(message);
  });
});
