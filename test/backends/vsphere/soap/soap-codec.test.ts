import { describe, expect, test } from 'vitest';
import { Secret } from '../../../../src/base/secret.js';
import { SoapCodec, UnknownMethodError } from '../../../../src/backends/vsphere/soap/soap-codec.js';
import { SoapFault } from '../../../../src/backends/vsphere/soap/soap-fault.js';
import { SoapFormatError } from '../../../../src/backends/vsphere/soap/soap-format-error.js';
import { ref, typed } from '../../../../src/backends/vsphere/soap/values.js';
import { vimSchema } from '../../../../src/backends/vsphere/vim/vim-schema.js';

const codec = new SoapCodec(vimSchema);
const vm = ref('VirtualMachine', 'vm-1');
const processes = ref('GuestProcessManager', 'processes');
const login = { $type: 'NamePasswordAuthentication', interactiveSession: false, username: 'u', password: 's3cret' };

/** The answer with one result, written by hand. */
function answer(method: string, inner: string, more = ''): string {
  return (
    `<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" ` +
    `xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ${more}><soapenv:Body><${method}Response xmlns="urn:vim25">` +
    `${inner}</${method}Response></soapenv:Body></soapenv:Envelope>`
  );
}

function valueOf(attributes: string, inner: string): unknown {
  const val = `<val ${attributes}>${inner}</val>`;
  const xml = answer(
    'RetrievePropertiesEx',
    `<returnval><objects><obj type="VirtualMachine">vm-1</obj><propSet><name>n</name>${val}</propSet></objects></returnval>`,
  );
  const result = codec.decodeResponse('RetrievePropertiesEx', xml) as { objects: { propSet: { val?: unknown }[] }[] };
  return result.objects[0]?.propSet[0]?.val;
}

describe('a request', () => {
  test('for a method that is not known says which, and on what object', () => {
    const xml = codec.encodeRequest(vm, 'ShutdownGuest').replaceAll('ShutdownGuest', 'NoSuchMethod');
    const decode = () => codec.decodeRequest(xml);
    expect(decode).toThrow(UnknownMethodError);
    expect(decode).toThrow(expect.objectContaining({ method: 'NoSuchMethod', self: vm }));
  });

  test('that lacks a parameter is refused by its name', () => {
    const xml = codec.encodeRequest(vm, 'Rename_Task', { newName: 'a' }).replace('<newName>a</newName>', '');
    expect(() => codec.decodeRequest(xml)).toThrow(new SoapFormatError('the request lacks "newName"'));
    const nameless = codec.encodeRequest(vm, 'Rename_Task', { newName: 'a' }).replace(/<_this.*<\/_this>/, '');
    expect(() => codec.decodeRequest(nameless)).toThrow(new SoapFormatError('the request lacks "_this"'));
  });

  test('that lacks a field deeper inside is refused by its place', () => {
    const spec = { programPath: '/bin/true', arguments: '' };
    const xml = codec.encodeRequest(processes, 'StartProgramInGuest', { vm, auth: login, spec });
    const broken = xml.replace('<arguments></arguments>', '');
    expect(() => codec.decodeRequest(broken)).toThrow(new SoapFormatError('spec lacks "arguments"'));
  });

  test.each([
    [' xsi:type="NamePasswordAuthentication"', '', 'auth must say in xsi:type which GuestAuthentication it is'],
    ['"NamePasswordAuthentication"', '"OptionValue"', 'auth must be a GuestAuthentication, not a OptionValue'],
  ])('whose %s is %s is refused', (right, wrong, message) => {
    const xml = codec.encodeRequest(ref('GuestAuthManager', 'm'), 'ValidateCredentialsInGuest', { vm, auth: login });
    expect(() => codec.decodeRequest(xml.replace(right, wrong))).toThrow(new SoapFormatError(message));
  });

  test('keeps a signed token byte for byte, and shows it to nobody', () => {
    const security =
      '<wsse:Security xmlns:wsse="urn:w"><saml2:Assertion  ID="_a"\txmlns:saml2="urn:s">&#x41;<wsse:x></wsse:x>\n</saml2:Assertion></wsse:Security>';
    const manager = ref('SessionManager', 'SessionManager');
    const xml = codec.encodeRequest(manager, 'LoginByToken', { locale: 'en' }, { security: new Secret(security) });
    const { header } = codec.decodeRequest(xml);
    expect(header.security instanceof Secret && header.security.reveal()).toBe(security);
    expect(JSON.stringify(header)).not.toContain('saml2');
  });

  test('carries its operation id and session', () => {
    const header = { operationId: 'op <1>', sessionCookie: new Secret('c&1') };
    const decoded = codec.decodeRequest(codec.encodeRequest(vm, 'ShutdownGuest', {}, header)).header;
    expect(decoded.operationId).toBe('op <1>');
    expect(decoded.sessionCookie instanceof Secret && decoded.sessionCookie.reveal()).toBe('c&1');
  });

  test.each([
    ['<a xmlns="urn:vim25"/>', 'not a SOAP message: the root element is <a>'],
    [
      '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
      'the envelope is not of SOAP 1.1; other versions are not spoken here',
    ],
    ['<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>', 'the SOAP envelope has no body'],
    [
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
      'the SOAP body does not hold one element',
    ],
    [
      '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a/><b/></e:Body></e:Envelope>',
      'the SOAP body does not hold one element',
    ],
  ])('that is no envelope is refused: %s', (xml, message) => {
    expect(() => codec.decodeRequest(xml)).toThrow(new SoapFormatError(message));
    expect(() => codec.decodeResponse('CurrentTime', xml)).toThrow(new SoapFormatError(message));
  });
});

describe('what cannot be sent is refused by its place', () => {
  const start =
    (spec: unknown, auth: unknown = login) =>
    () =>
      codec.encodeRequest(processes, 'StartProgramInGuest', { vm, auth, spec });
  const spec = { programPath: '/bin/true', arguments: '' };
  const cycle: Record<string, unknown> = { $type: 'VirtualMachineMessage', id: 'a' };
  cycle.argument = [cycle];

  test.each<[string, () => unknown]>([
    ['StartProgramInGuest.spec is missing', start(undefined)],
    ['StartProgramInGuest.spec.arguments is missing', start({ programPath: 'a' })],
    ['StartProgramInGuest.spec.arguments needs a string, got the number 5', start({ ...spec, arguments: 5 })],
    ['StartProgramInGuest.spec.envVariables needs an array, got a string', start({ ...spec, envVariables: 'A=1' })],
    ['StartProgramInGuest.spec needs a GuestProgramSpec, got a GuestFileInfo', start({ $type: 'GuestFileInfo' })],
    ['StartProgramInGuest.spec is of the type Other, which is not known', start({ $type: 'Other' })],
    ['StartProgramInGuest.spec needs a GuestProgramSpec, got a Date', start(new Date())],
    ['XML cannot carry the character U+0000 (number 2 of the text)', start({ ...spec, arguments: 'a\0' })],
    ['XML cannot carry the character U+D800 (number 1 of the text)', start({ ...spec, arguments: '\uD800' })],
    [
      'StartProgramInGuest.vm needs a reference { type, value }, got a string',
      () => codec.encodeRequest(processes, 'StartProgramInGuest', { vm: 'vm-1', auth: login, spec }),
    ],
    [
      'StartProgramInGuest has "who", which StartProgramInGuest does not know. It knows: vm, auth, spec',
      () => codec.encodeRequest(processes, 'StartProgramInGuest', { vm, auth: login, spec, who: 1 }),
    ],
    [
      'needs a $type, one of NamePasswordAuthentication, SAMLTokenAuthentication',
      start(spec, { interactiveSession: false }),
    ],
    ['PowerOn is not known', () => codec.encodeRequest(vm, 'PowerOn')],
    [
      'is nested more than 250 deep',
      () =>
        codec.encodeResponse('RetrievePropertiesEx', {
          objects: [
            { obj: vm, propSet: [{ name: 'a', val: { $type: 'OptionValue', key: 'k', value: nested(2000) } }] },
          ],
        }),
    ],
    [
      'needs typed(type, value), because the number 5 does not say its type',
      () => codec.encodeRequest(vm, 'ReconfigVM_Task', { spec: { extraConfig: [{ key: 'a', value: 5 }] } }),
    ],
    [
      'needs a whole number from -2147483648 to 2147483647 (xsd:int), got the number 2147483648',
      () => codec.encodeRequest(vm, 'ReconfigVM_Task', { spec: { numCPUs: 2 ** 31 } }),
    ],
    [
      'needs a whole number that JavaScript keeps exactly, or a bigint of 64 bits (xsd:long)',
      () => codec.encodeRequest(vm, 'ReconfigVM_Task', { spec: { memoryMB: 2 ** 60 } }),
    ],
    [
      'needs a valid Date, got a Date',
      () => codec.encodeRequest(vm, 'ReconfigVM_Task', { spec: { createDate: new Date(Number.NaN) } }),
    ],
  ])('%s', (message, encode) => {
    expect(encode).toThrow(SoapFormatError);
    expect(encode).toThrow(message);
  });

  test('without what was in it', () => {
    const encode = start(spec, { ...login, password: 's3cret\u0001', interactiveSession: 'yes' });
    expect(encode).toThrow(expect.not.objectContaining({ message: expect.stringContaining('s3cret') }));
  });

  function nested(depth: number): unknown {
    let value: unknown = 'x';
    for (let level = 0; level < depth; level += 1) value = { $type: 'OptionValue', key: 'k', value };
    return value;
  }
});

describe('a server that is newer than the tables', () => {
  test('may use types, fields and values of its own', () => {
    const inner = `<returnval xsi:type="GuestCloudProcessInfo"><name>n</name><pid>7</pid><owner>o</owner><cmdLine>c</cmdLine>
      <startTime>2025-01-01T00:00:00Z</startTime><region>eu</region><tag>a</tag><tag>b</tag>
      <rows xsi:type="ArrayOfInt"><int>1</int></rows><rows xsi:type="ArrayOfInt"><int>2</int></rows>
      <host type="HostSystem">host-1</host><limits><cpu>1</cpu></limits><since xsi:type="xsd:int">3</since></returnval>`;
    expect(codec.decodeResponse('ListProcessesInGuest', answer('ListProcessesInGuest', inner))).toEqual([
      {
        $type: 'GuestCloudProcessInfo',
        name: 'n',
        pid: 7,
        owner: 'o',
        cmdLine: 'c',
        startTime: new Date('2025-01-01T00:00:00Z'),
        region: 'eu',
        tag: ['a', 'b'],
        rows: [[1], [2]],
        host: { type: 'HostSystem', value: 'host-1' },
        limits: { cpu: '1' },
        since: 3,
      },
    ]);
    expect(valueOf('xsi:type="VirtualMachinePowerState"', 'hibernated')).toBe('hibernated');
    expect(valueOf('xsi:type="BrandNewState"', 'x')).toBe('x');
    expect(valueOf('xsi:type="BrandNewThing"', '<a>1</a>')).toEqual({ $type: 'BrandNewThing', a: '1' });
    expect(
      valueOf('xsi:type="ArrayOfBrandNewThing"', '<BrandNewThing xsi:type="BrandNewThing"><a>1</a></BrandNewThing>'),
    ).toEqual([{ $type: 'BrandNewThing', a: '1' }]);
  });

  test('may leave out what it must not', () => {
    const inner = '<returnval><version>1</version><filterSet/></returnval>';
    expect(codec.decodeResponse('WaitForUpdatesEx', answer('WaitForUpdatesEx', inner))).toEqual({
      $type: 'UpdateSet',
      version: '1',
      filterSet: [{ $type: 'PropertyFilterUpdate' }],
    });
    expect(codec.decodeResponse('RetrievePropertiesEx', answer('RetrievePropertiesEx', '<returnval/>'))).toEqual({
      $type: 'RetrieveResult',
      objects: [],
    });
  });
});

describe('a value of any type', () => {
  test.each([
    ['xsi:type="xsd:string"', ' 007 ', ' 007 '],
    ['xsi:type="xsd:int"', '7', 7],
    ['xsi:type="xsd:long"', '9007199254740993', 9_007_199_254_740_993n],
    ['xsi:type="xsd:long"', '12', 12],
    ['xsi:type="xsd:boolean"', '1', true],
    ['xsi:type="xsd:double"', 'INF', Infinity],
    ['xsi:type="xsd:base64Binary"', 'AAEC', new Uint8Array([0, 1, 2])],
    ['xsi:type="xsd:dateTime"', '2025-01-01T02:00:00.123456789+02:00', new Date('2025-01-01T00:00:00.123Z')],
    ['xsi:type="xsd:normalizedString"', 'x', 'x'],
    ['xsi:type="ArrayOfInt"', '<int>1</int><int>2</int>', [1, 2]],
    ['xsi:type="ArrayOfString"', '', []],
    [
      'xsi:type="ArrayOfAnyType"',
      '<anyType xsi:type="xsd:int">1</anyType><anyType xsi:type="xsd:string">1</anyType>',
      [1, '1'],
    ],
    [
      'xsi:type="ArrayOfManagedObjectReference"',
      '<ManagedObjectReference type="Task" xsi:type="ManagedObjectReference">t</ManagedObjectReference>',
      [ref('Task', 't')],
    ],
    ['type="Task" xsi:type="ManagedObjectReference"', 't', ref('Task', 't')],
    [
      'xmlns:s="http://www.w3.org/2001/XMLSchema" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="s:int"',
      '7',
      7,
    ],
    ['xmlns:v="urn:vim25" xsi:type="v:VirtualMachinePowerState"', 'poweredOn', 'poweredOn'],
    ['xsi:nil="true"', '', undefined],
    ['', 'x', 'x'],
  ])('%s %s', (attributes, inner, value) => {
    expect(valueOf(attributes, inner)).toEqual(value);
  });

  test('is sent with the type that typed names', () => {
    const property = (val: unknown) =>
      /<val.*<\/val>/.exec(
        codec.encodeResponse('RetrievePropertiesEx', { objects: [{ obj: vm, propSet: [{ name: 'n', val }] }] }),
      )?.[0];
    expect(property(typed('xsd:short', 5))).toBe('<val xsi:type="xsd:short">5</val>');
    expect(property(typed('xsd:int[]', [1]))).toBe('<val xsi:type="ArrayOfInt"><int>1</int></val>');
    expect(property(typed('&Datastore[]', [ref('Datastore', 'd')]))).toBe(
      '<val xsi:type="ArrayOfManagedObjectReference"><ManagedObjectReference type="Datastore" xsi:type="ManagedObjectReference">d</ManagedObjectReference></val>',
    );
    expect(
      property(
        typed('Event', { $type: 'TaskEvent', key: 1, chainId: 1, createdTime: new Date(0), userName: 'u', info: task }),
      ),
    ).toMatch(/^<val xsi:type="TaskEvent"><key>1<\/key>/);
    expect(property(typed('secret', new Secret('a')))).toBe('<val xsi:type="xsd:string">a</val>');
  });

  const task = {
    key: 't',
    task: ref('Task', 't'),
    descriptionId: 'd',
    state: 'running',
    cancelled: false,
    cancelable: true,
    reason: { $type: 'TaskReasonUser', userName: 'u' },
    queueTime: new Date(0),
    eventChainId: 1,
  };
});

describe('a fault', () => {
  const faultAnswer = (detail: string) =>
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>ServerFaultCode</faultcode>' +
    `<faultstring></faultstring>${detail}</e:Fault></e:Body></e:Envelope>`;
  const faultOf = (detail: string) => {
    try {
      return codec.decodeResponse('CurrentTime', faultAnswer(detail));
    } catch (error) {
      return error instanceof SoapFault ? error.fault : error;
    }
  };
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

  test.each([
    ['', undefined],
    ['<detail/>', undefined],
    [
      `<detail><LicenseUsageFaultFault ${xsi} xsi:type="LicenseUsageFault"><reason>r</reason></LicenseUsageFaultFault></detail>`,
      { $type: 'LicenseUsageFault', reason: 'r' },
    ],
    ['<detail><InvalidStateFault xmlns="urn:vim25"/></detail>', { $type: 'InvalidState' }],
    ['<detail><BrandNewFault xmlns="urn:vim25"><a>1</a></BrandNewFault></detail>', { $type: 'BrandNew', a: '1' }],
    [
      `<detail><NoPermissionFault xmlns="urn:vim25" ${xsi} xsi:type="NoPermission"><object type="Task">t</object></NoPermissionFault></detail>`,
      { $type: 'NoPermission', object: ref('Task', 't') },
    ],
    [
      `<detail><InvalidStateFault xmlns="urn:vim25" ${xsi} xsi:type="InvalidPowerState"><faultCause><fault xsi:type="SystemError"><reason>r</reason></fault><localizedMessage>m</localizedMessage></faultCause><existingState>poweredOn</existingState></InvalidStateFault></detail>`,
      {
        $type: 'InvalidPowerState',
        existingState: 'poweredOn',
        faultCause: {
          $type: 'LocalizedMethodFault',
          fault: { $type: 'SystemError', reason: 'r' },
          localizedMessage: 'm',
        },
      },
    ],
  ])('is typed by what it says of itself: %s', (detail, fault) => {
    expect(faultOf(detail)).toEqual(fault);
  });

  test('is recognized by its base types', () => {
    expect(vimSchema.isA('InvalidPowerState', 'InvalidState')).toBe(true);
    expect(vimSchema.isA('InvalidState', 'InvalidPowerState')).toBe(false);
    expect(vimSchema.isA('BrandNewFault', 'VimFault')).toBe(false);
  });

  test('of a type that is not known is not sent', () => {
    expect(() => codec.encodeFault({ message: 'm', fault: { $type: 'BrandNew' } })).toThrow(
      new SoapFormatError('the fault BrandNew is not known'),
    );
  });
});

test('an answer to something else is refused', () => {
  expect(() => codec.decodeResponse('CurrentTime', answer('Logout', ''))).toThrow(
    new SoapFormatError('the answer to CurrentTime is a <LogoutResponse>'),
  );
});
