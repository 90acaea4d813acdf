/** An answer of the REST API that says what went wrong. */
export class RestError extends Error {
  override readonly name = 'RestError';

  /**
   * @param status of HTTP.
   * @param type such as `NOT_FOUND`, the same for both forms of the API.
   * @param text the server's own words, outermost first.
   * @param data what else the server tells, not read here.
   */
  constructor(
    readonly status: number,
    readonly type: string,
    text: string,
    readonly data: unknown,
  ) {
    super(text === '' ? type : text);
  }
}

/**
 * There is no REST API for this login: an ESXi host, an old vCenter, a login without a password, or one that the API
 * refuses.
 */
export class RestUnavailable extends Error {
  override readonly name = 'RestUnavailable';

  /** @param isLasting whether it will be the same the next time. */
  constructor(
    message: string,
    readonly isLasting: boolean,
  ) {
    super(message);
  }
}

interface ErrorBody {
  readonly error_type?: unknown;
  readonly type?: unknown;
  readonly value?: ErrorBody;
  readonly messages?: unknown;
  readonly data?: unknown;
}

/**
 * Reads the body of a failed answer: `{error_type, messages, data}` under `/api`, `{type, value: {messages, data}}` under
 * `/rest`. A body that is neither still makes an error, by its status.
 */
export function restErrorOf(status: number, body: unknown): RestError {
  const outer = (typeof body === 'object' && body !== null ? body : {}) as ErrorBody;
  const inner = typeof outer.value === 'object' && outer.value !== null ? outer.value : outer;
  const named = typeof outer.error_type === 'string' ? outer.error_type : legacyType(outer.type);
  const type = named ?? typesByStatus[status] ?? 'ERROR';
  const messages = Array.isArray(inner.messages) ? inner.messages : [];
  return new RestError(status, type, messages.map(textOf).filter(Boolean).join(' '), inner.data);
}

const typesByStatus: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'UNAUTHORIZED',
  404: 'NOT_FOUND',
  503: 'SERVICE_UNAVAILABLE',
};

/** `com.vmware.vapi.std.errors.not_found` -> `NOT_FOUND`. */
function legacyType(type: unknown): string | undefined {
  return typeof type === 'string' ? type.slice(type.lastIndexOf('.') + 1).toUpperCase() : undefined;
}

function textOf(message: unknown): string {
  if (typeof message !== 'object' || message === null || !('default_message' in message)) return '';
  return String(message.default_message);
}
