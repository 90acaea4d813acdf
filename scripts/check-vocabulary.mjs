// Compares the built VIX tables with the reference facts (constants.json, functions.json), prints each difference and
// exits 1 if there is any. The facts lie beside the checkout of those who have them; elsewhere nothing is compared.
// --reference names another folder with the facts, --dist another folder with the built tables.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { loadTables, repoRoot } from './lib/tables.mjs';

/** Parts of constants.json that say nothing about a public constant. */
const otherParts = new Set([
  'meta',
  'typedefs',
  'macros',
  'errorLayout',
  'internalPropertyTypes',
  'internalProperties',
  'undocumentedEventTypes',
  'internalFileAttributes',
  'powerOpsNote',
  'internalRunProgramOptions',
  'internalVariableTypes',
  'msgOptions',
  'limits',
  'ports',
  'com',
  // Compared, each by a function of its own.
  'errors',
  'internalErrors',
  'renamedOrRenumbered',
  'properties',
]);

/** C type of a parameter -> the kinds that it may have here. An id before varargs counts as the varargs. */
const kindsOfType = {
  VixHandle: ['host', 'vm', 'job', 'snapshot', 'handle', 'propertyList', 'searchCriteria'],
  VixError: ['error'],
  'const char *': ['string', 'secret'],
  uint64: ['uint64'],
  Bool: ['bool'],
  'void *': ['buffer', 'clientData'],
  'VixEventProc *': ['callback'],
  'VixHandle *': ['outHandle'],
  'int *': ['outInt'],
  'Bool *': ['outBool'],
  'VixPropertyType *': ['outPropertyType'],
  propertyId: ['propertyId'],
  '...': ['propertyCells', 'propertyValues'],
};

/** The C types that are int: under its own name, or as an option set or enumeration of VIX. */
const intType = /^(int|int32|Vix\w+)$/;

/** Kinds that the name of a parameter decides. */
const kindOfName = {
  hostHandle: 'host',
  vmHandle: 'vm',
  jobHandle: 'job',
  handle: 'handle',
  searchCriteria: 'searchCriteria',
  propertyList: 'propertyList',
  propertyListHandle: 'propertyList',
  additionalProperties: 'propertyList',
  password: 'secret',
  clientData: 'clientData',
  clientdata: 'clientData',
};

/** The header calls this one a host; the reference takes any handle. */
const anyHandle = 'VixPropertyList_AllocPropertyList.hostHandle';

const differences = [];

function compare(what, actual, expected) {
  const [here, there] = [actual, expected].map((value) => JSON.stringify(value) ?? 'nothing');
  if (here !== there) differences.push(`${what}: ${here} here, ${there} in the reference`);
}

/** Compares two records: the same keys on both sides, and each pair of rows by `compareRow(what, actual, expected, key)`. */
function compareRecords(what, actual, expected, compareRow) {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    if (!Object.hasOwn(actual, key)) differences.push(`${what} ${key}: missing here`);
    else if (!Object.hasOwn(expected, key)) differences.push(`${what} ${key}: not in the reference`);
    else compareRow(`${what} ${key}`, actual[key], expected[key], key);
  }
}

function compareConstants(constants, facts) {
  const groups = Object.fromEntries(Object.entries(facts).filter(([key]) => !otherParts.has(key)));
  const { VIX_API_VERSION } = facts.apiVersion;
  compareRecords('group', constants, { ...groups, apiVersion: { VIX_API_VERSION } }, (what, group, reference) =>
    compareRecords(`${what}, constant`, group.values, reference, (constant, value, fact, name) => {
      compare(`${constant}, value`, value, fact.value);
      compare(`${constant}, removedIn`, group.removedIn?.[name], fact.removedIn);
    }),
  );
  const typesHere = Object.values(constants).flatMap(({ cType }) => cType ?? []);
  // No groups of constants: two brands of src/vix/types.ts, boolean, and the callback, which the API declares.
  const elsewhere = ['VixError', 'VixPropertyID', 'Bool', 'VixEventProc'];
  const typesThere = Object.keys(facts.typedefs).filter((name) => !elsewhere.includes(name));
  const asRecord = (types) => Object.fromEntries(types.map((type) => [type, type]));
  compareRecords('C type', asRecord(typesHere), asRecord(typesThere), compare);
}

function compareErrors(errorRows, facts) {
  const byName = (rows) => Object.fromEntries(rows.map((row) => [row.name, row]));
  const publicRows = errorRows.filter(({ group }) => group !== 'internal' && group !== 'withdrawn');
  compareRecords('error', byName(publicRows), facts.errors, (what, row, fact) => {
    compare(`${what}, code`, row.code, fact.code);
    compare(`${what}, group`, row.group, fact.group);
    compare(`${what}, removedIn`, row.removedIn, fact.removedIn);
  });
  const { _note, ...internal } = facts.internalErrors;
  const withdrawn = facts.renamedOrRenumbered
    .filter(({ name, now }) => name.startsWith('VIX_E_') && typeof now === 'string')
    .map(({ name, was }) => [name, { code: was }]);
  const hidden = errorRows.filter((row) => !publicRows.includes(row));
  const expected = { ...internal, ...Object.fromEntries(withdrawn) };
  compareRecords('error', byName(hidden), expected, (what, row, fact) => compare(`${what}, code`, row.code, fact.code));
}

function compareProperties(properties, facts) {
  compareRecords('property', properties, facts.properties, (what, row, fact) => {
    compare(`${what}, id`, row.id, fact.id);
    compare(`${what}, type`, row.type, fact.type);
    compare(`${what}, of`, row.of, fact.of === 'several' ? 'any' : fact.of);
    compare(`${what}, removedIn`, row.removedIn, fact.removedIn);
  });
}

/** Parameters of a C declaration as [name, C type], with `id, ...` told apart from a lone property id. */
function referenceParams(params) {
  return params
    .filter(({ name }) => name !== '...')
    .map(({ name, type }, index) => {
      if (params[index + 1]?.name === '...') return [name, '...'];
      return [name, /propertyID$/i.test(name) ? 'propertyId' : type];
    });
}

function compareParams(what, functionName, params, fact) {
  const expected = referenceParams(fact.params);
  const names = Object.keys(params);
  compare(
    `${what}, parameters`,
    names,
    expected.map(([name]) => name),
  );
  for (const [name, type] of expected) {
    const kind = params[name];
    if (kind === undefined) continue;
    const allowed = kindsOfType[type] ?? (intType.test(type) ? ['int'] : []);
    if (!allowed.includes(kind)) differences.push(`${what}, ${name}: kind ${kind} does not fit C type ${type}`);
    const decided = /snapshothandle$/i.test(name) && type === 'VixHandle' ? 'snapshot' : kindOfName[name];
    if (decided !== undefined && `${functionName}.${name}` !== anyHandle) compare(`${what}, ${name}`, kind, decided);
  }
}

function compareFunctions({ functions, legacyFunctionNames }, facts) {
  const logins = { always: true, environment: 'only for VIX_GUEST_ENVIRONMENT_VARIABLE' };
  compareRecords('function', functions, facts.functions, (what, row, fact, name) => {
    compareParams(what, name, row.params, fact);
    compare(`${what}, category`, row.category, fact.category);
    compare(`${what}, returns`, row.returns, fact.returnType);
    compare(`${what}, starts a job`, row.call === 'job', fact.async);
    const results = fact.jobResults?.map(({ property }) => property) ?? [];
    compare(`${what}, results`, row.results ?? [], results);
    compare(`${what}, indexed results`, row.indexedResults, fact.indexedResults);
    const findsItems = fact.events?.some(({ event }) => event === 'VIX_EVENTTYPE_FIND_ITEM') ?? false;
    compare(`${what}, finds items`, row.findsItems ?? false, findsItems);
    compare(`${what}, guest login`, logins[row.guestLogin], fact.needsGuestLogin);
    compare(`${what}, removedIn`, row.removedIn, fact.removedIn);
    compare(`${what}, legacy name`, row.legacyName, fact.legacyExportName);
    const refusedBy = Object.keys(fact.products).filter((product) => fact.products[product] === false);
    compare(`${what}, refused by`, (row.refusedBy ?? []).toSorted(), refusedBy.toSorted());
    // The reference also says in words that a wait gives the error of whatever it waited for.
    const codes = fact.errors.filter((error) => error.startsWith('VIX_E_'));
    compare(`${what}, errors`, row.errors, codes);
  });
  compareRecords('legacy name', legacyFunctionNames, facts.legacyExportNames.map, compare);
}

const { values } = parseArgs({ options: { reference: { type: 'string' }, dist: { type: 'string' } } });
const reference = values.reference ?? join(repoRoot, '../shared/reference/vix');
if (!existsSync(reference)) {
  console.log('skipped: reference tables are not beside this checkout');
} else {
  const readFacts = async (file) => JSON.parse(await readFile(join(reference, file), 'utf8'));
  const constantFacts = await readFacts('constants.json');
  const tables = await loadTables(values.dist);
  compareConstants(tables.constants, constantFacts);
  compareErrors(tables.errorRows, constantFacts);
  compareProperties(tables.properties, constantFacts);
  compareFunctions(tables, await readFacts('functions.json'));
  for (const difference of differences) console.log(difference);
  if (differences.length > 0) process.exitCode = 1;
  else console.log('the tables agree with the reference');
}
