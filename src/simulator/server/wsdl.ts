import type { Field, Method, Schema, ValueType } from '../../backends/vsphere/soap/schema.js';
import { wireName } from '../../backends/vsphere/soap/scalars.js';
import type { Endpoint } from '../endpoint.js';

const names = {
  xsd: 'http://www.w3.org/2001/XMLSchema',
  wsdl: 'http://schemas.xmlsoap.org/wsdl/',
  soap: 'http://schemas.xmlsoap.org/wsdl/soap/',
  vim: 'urn:vim25',
} as const;

const declarations = Object.entries(names)
  .map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  .join(' ');

/** Names of scalar types in the tables that stand for something else on the wire. */
function typeName({ type }: ValueType): string {
  if (type.startsWith('&')) return 'vim:ManagedObjectReference';
  const name = wireName(type);
  return name.startsWith('xsd:') ? name : `vim:${name}`;
}

function element(field: Field): string {
  const least = field.optional || field.array ? ' minOccurs="0"' : '';
  const most = field.array ? ' maxOccurs="unbounded"' : '';
  return `<xsd:element name="${field.name}" type="${typeName(field)}"${least}${most}/>`;
}

function sequence(fields: readonly Field[]): string {
  return `<xsd:sequence>${fields.map(element).join('')}</xsd:sequence>`;
}

function dataType(schema: Schema, name: string): string {
  const { base = '', fields = [], abstract = false } = schema.dataType(name) ?? {};
  const inherited = new Set(schema.dataType(base)?.fields.map((field) => field.name));
  const own = sequence(fields.filter((field) => !inherited.has(field.name)));
  const open = `<xsd:complexType name="${name}"${abstract ? ' abstract="true"' : ''}>`;
  if (base === '') return `${open}${own}</xsd:complexType>`;
  return `${open}<xsd:complexContent><xsd:extension base="vim:${base}">${own}</xsd:extension></xsd:complexContent></xsd:complexType>`;
}

function arrayType(name: string, type: string): string {
  const list = `<xsd:element name="${name}" type="${type}" minOccurs="0" maxOccurs="unbounded"/>`;
  return `<xsd:complexType name="ArrayOf${name}"><xsd:sequence>${list}</xsd:sequence></xsd:complexType>`;
}

function enumType(schema: Schema, name: string): string {
  const values = (schema.enumValues(name) ?? []).map((value) => `<xsd:enumeration value="${value}"/>`).join('');
  return `<xsd:simpleType name="${name}"><xsd:restriction base="xsd:string">${values}</xsd:restriction></xsd:simpleType>`;
}

const self: Field = { name: '_this', type: '&ManagedObject', array: false, optional: false };

function methodElements({ name, params, result }: Method): string {
  const answer = result === undefined ? [] : [{ name: 'returnval', ...result }];
  return (
    `<xsd:element name="${name}"><xsd:complexType>${sequence([self, ...params])}</xsd:complexType></xsd:element>` +
    `<xsd:element name="${name}Response"><xsd:complexType>${sequence(answer)}</xsd:complexType></xsd:element>`
  );
}

const referenceType =
  '<xsd:complexType name="ManagedObjectReference"><xsd:simpleContent><xsd:extension base="xsd:string">' +
  '<xsd:attribute name="type" type="xsd:string"/></xsd:extension></xsd:simpleContent></xsd:complexType>';

const scalarArrays = [
  'boolean',
  'byte',
  'short',
  'int',
  'long',
  'double',
  'string',
  'anyURI',
  'base64Binary',
  'anyType',
];

function typesOf(schema: Schema): string {
  const dataTypes = schema.dataTypeNames();
  const enums = schema.enumNames();
  return [
    referenceType,
    ...dataTypes.map((name) => dataType(schema, name)),
    ...enums.map((name) => enumType(schema, name)),
    ...['ManagedObjectReference', ...dataTypes, ...enums].map((name) => arrayType(name, `vim:${name}`)),
    ...scalarArrays.map((name) => arrayType(name.charAt(0).toUpperCase() + name.slice(1), `xsd:${name}`)),
  ].join('\n');
}

function messages(name: string): string {
  const part = (of: string) => `<wsdl:part name="parameters" element="vim:${of}"/>`;
  return (
    `<wsdl:message name="${name}RequestMsg">${part(name)}</wsdl:message>` +
    `<wsdl:message name="${name}ResponseMsg">${part(`${name}Response`)}</wsdl:message>`
  );
}

function operation(name: string): string {
  return (
    `<wsdl:operation name="${name}"><wsdl:input message="vim:${name}RequestMsg"/>` +
    `<wsdl:output message="vim:${name}ResponseMsg"/></wsdl:operation>`
  );
}

function binding(name: string): string {
  const body = '<soap:body use="literal"/>';
  return (
    `<wsdl:operation name="${name}"><soap:operation soapAction="urn:vim25" style="document"/>` +
    `<wsdl:input>${body}</wsdl:input><wsdl:output>${body}</wsdl:output></wsdl:operation>`
  );
}

/** The description of the service for SOAP toolkits: what this server knows, at the address that the client called. */
function wsdlOf(schema: Schema, address: string): string {
  const methods = schema.methodNames();
  const elements = methods.flatMap((name) => schema.method(name) ?? []).map(methodElements);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<wsdl:definitions name="VimService" targetNamespace="${names.vim}" ${declarations}>`,
    `<wsdl:types><xsd:schema targetNamespace="${names.vim}" elementFormDefault="qualified">`,
    typesOf(schema),
    ...elements,
    '</xsd:schema></wsdl:types>',
    ...methods.map(messages),
    '<wsdl:portType name="VimPortType">',
    ...methods.map(operation),
    '</wsdl:portType>',
    '<wsdl:binding name="VimBinding" type="vim:VimPortType">',
    '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>',
    ...methods.map(binding),
    '</wsdl:binding>',
    '<wsdl:service name="VimService"><wsdl:port name="VimPort" binding="vim:VimBinding">',
    `<soap:address location="${address}"/>`,
    '</wsdl:port></wsdl:service>',
    '</wsdl:definitions>',
    '',
  ].join('\n');
}

/** Paths at which clients look for it. */
const paths = ['/sdk/vimService.wsdl', '/sdk/vim.wsdl'];

/** Serves the description of the service. */
export function addWsdl(endpoint: Endpoint): void {
  for (const path of paths) {
    endpoint.routes.add(path, ({ response, url }) => {
      const text = wsdlOf(endpoint.schema, `${url.protocol}//${url.host}/sdk`.replaceAll('&', '&amp;'));
      response.writeHead(200, { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(text) });
      response.end(text);
    });
  }
}
