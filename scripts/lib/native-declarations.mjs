/** C type of a parameter of each kind; `int` is refined by `intTypes`. */
const types = {
  host: 'VixHandle ',
  vm: 'VixHandle ',
  job: 'VixHandle ',
  snapshot: 'VixHandle ',
  handle: 'VixHandle ',
  propertyList: 'VixHandle ',
  searchCriteria: 'VixHandle ',
  int: 'int ',
  uint64: 'uint64 ',
  bool: 'Bool ',
  string: 'const char *',
  secret: 'const char *',
  error: 'VixError ',
  propertyId: 'VixPropertyID ',
  buffer: 'void *',
  callback: 'VixEventProc *',
  clientData: 'void *',
  outHandle: 'VixHandle *',
  outInt: 'int *',
  outBool: 'Bool *',
  outPropertyType: 'VixPropertyType *',
  propertyCells: 'VixPropertyID ',
  propertyValues: 'VixPropertyID ',
};

/** Names of C for what is an `int` all the same: by parameter, or by function and parameter. */
const intTypes = {
  hostType: 'VixServiceProvider',
  searchType: 'VixFindItemType',
  cloneType: 'VixCloneType',
  deleteOptions: 'VixVMDeleteOptions',
  powerOnOptions: 'VixVMPowerOpOptions',
  powerOffOptions: 'VixVMPowerOpOptions',
  resetOptions: 'VixVMPowerOpOptions',
  suspendOptions: 'VixVMPowerOpOptions',
  flags: 'VixMsgSharedFolderOptions',
  'VixHost_Connect.options': 'VixHostOptions',
  'VixHost_OpenVM.options': 'VixVMOpenOptions',
  'Vix_PumpEvents.options': 'VixPumpEventsOptions',
  'VixVM_RunProgramInGuest.options': 'VixRunProgramOptions',
  'VixVM_RemoveSnapshot.options': 'VixRemoveSnapshotOptions',
  'VixVM_RevertToSnapshot.options': 'VixVMPowerOpOptions',
  'VixVM_CreateSnapshot.options': 'VixCreateSnapshotOptions',
};

/** Whether arguments follow that C does not declare. */
export function isVariadic({ params }) {
  return Object.values(params).some((kind) => kind === 'propertyCells' || kind === 'propertyValues');
}

/** Declares a function of C, with its parameters by name: `VixHandle VixVM_Open(VixHandle hostHandle, ...)`. */
export function declaration(name, row, prefix = '') {
  const params = Object.entries(row.params).map(([param, kind]) => {
    const refined = kind === 'int' ? (intTypes[`${name}.${param}`] ?? intTypes[param]) : undefined;
    return `${refined === undefined ? types[kind] : `${refined} `}${param}`;
  });
  const all = isVariadic(row) ? [...params, '...'] : params;
  const result = row.returns.endsWith('*') ? row.returns : `${row.returns} `;
  return wrapped(`${prefix}${result}${name}(`, all, ')');
}

/** Puts items into lines of at most 120 characters, the later ones below the first item. */
function wrapped(open, items, close) {
  const lines = [open];
  items.forEach((item, index) => {
    const last = lines.length - 1;
    const text = `${item}${index < items.length - 1 ? ',' : `${close};`}`;
    const joined = lines[last] === open || lines[last].trim() === '' ? lines[last] + text : `${lines[last]} ${text}`;
    if (joined.length <= 120) lines[last] = joined;
    else lines.push(' '.repeat(open.length) + text);
  });
  return lines.join('\n').slice(0, -1);
}
