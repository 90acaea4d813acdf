import { ask, serve } from '../route-server.js';
import { GuestEndpoint } from '../guest/guest-endpoint.js';

/** An answer with its JSON read. */
export interface RestAnswer {
  readonly status: number;
  readonly value: unknown;
}

export const credentials = {
  type: 'USERNAME_PASSWORD',
  interactive_session: false,
  user_name: 'user',
  password: 'password',
};

/** A client with a session, as scripts with curl are. */
export class RestClient {
  readonly guests: GuestEndpoint;
  readonly port: number;
  token = '';

  private constructor(guests: GuestEndpoint, port: number) {
    this.guests = guests;
    this.port = port;
  }

  static async of(...parameters: Parameters<typeof GuestEndpoint.of>): Promise<RestClient> {
    const guests = await GuestEndpoint.of(...parameters);
    const client = new RestClient(guests, await serve(guests.endpoint));
    client.token = guests.session.token.reveal();
    return client;
  }

  /** Sends a request, with this session unless the headers say otherwise. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = { 'vmware-api-session-id': this.token },
  ): Promise<RestAnswer> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await ask(this.port, path, {
      method,
      headers: { ...headers, ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }) },
      ...(text === undefined ? {} : { body: text }),
    });
    const json = answer.body.toString('utf8');
    return { status: answer.status, value: json === '' ? undefined : JSON.parse(json) };
  }

  /** Asks the resource of the machine below `/api`. */
  vm(method: string, path: string, body?: unknown, name = 'vm0'): Promise<RestAnswer> {
    return this.send(method, `/api/vcenter/vm/${this.guests.ref(name).value}${path}`, body);
  }

  /** A guest operation of the user of the machine. */
  guest(path: string, body: object = {}, name = 'vm0'): Promise<RestAnswer> {
    return this.vm('POST', `/guest${path}`, { credentials, ...body }, name);
  }
}

/** What an error looks like. */
export function problem(status: number, error_type: string, data?: object): object {
  return { status, value: { error_type, ...(data === undefined ? {} : { data }) } };
}
