import { RestProblem } from './rest-problem.js';
import type { RestRoute } from './rest-route.js';

/** A route that fits a request, with what its path says. */
export interface RouteMatch {
  readonly route: RestRoute;
  readonly params: ReadonlyMap<string, string>;
}

interface Pattern {
  readonly route: RestRoute;
  readonly segments: readonly string[];
}

/** Finds the operation that a request means. */
export class RestRouter {
  readonly #patterns: readonly Pattern[];

  constructor(routes: readonly RestRoute[]) {
    this.#patterns = routes.map((route) => ({ route, segments: route.path.split('/').slice(1) }));
  }

  /**
   * @param path below `/api` or `/rest`, still with its escapes.
   * @throws RestProblem `OPERATION_NOT_FOUND`, `INVALID_ARGUMENT` for escapes that are none.
   */
  find(method: string, path: string, query: URLSearchParams, isLegacy: boolean): RouteMatch {
    const segments = path.split('/').slice(1).map(decoded);
    const action = query.get('action') ?? (isLegacy ? query.get('~action') : null);
    for (const { route, segments: wanted } of this.#patterns) {
      if (route.method !== method || (isLegacy && route.isLegacyToo !== true)) continue;
      const params = paramsOf(wanted, segments);
      if (params !== undefined && (route.action ?? null) === action) return { route, params };
      // Older releases had the action in the path.
      const isInPath = isLegacy && action === null && route.action === segments.at(-1);
      const shorter = isInPath ? paramsOf(wanted, segments.slice(0, -1)) : undefined;
      if (shorter !== undefined) return { route, params: shorter };
    }
    throw new RestProblem(
      'OPERATION_NOT_FOUND',
      `There is no ${method} ${path}${action === null ? '' : ` with the action ${action}`}.`,
    );
  }
}

function paramsOf(wanted: readonly string[], segments: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (wanted.length !== segments.length) return undefined;
  const params = new Map<string, string>();
  for (const [index, pattern] of wanted.entries()) {
    const segment = segments[index] ?? '';
    const [, name] = /^\{(.+)\}$/u.exec(pattern) ?? [];
    if (name === undefined ? pattern !== segment : segment === '') return undefined;
    if (name !== undefined) params.set(name, segment);
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RestProblem('INVALID_ARGUMENT', `'${segment}' in the URL has escapes that stand for no text.`);
  }
}
