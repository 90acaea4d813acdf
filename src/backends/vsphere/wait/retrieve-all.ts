import type { Session } from '../session/session.js';
import type { ObjectContent, PropertyFilterSpec } from '../vim/generated/types.js';

/**
 * Reads what a filter selects, whole: a server may divide any answer, whatever was asked for.
 *
 * @throws what `Session.call` throws; also when the session is lost between two pages.
 */
export async function retrieveAll(session: Session, spec: PropertyFilterSpec): Promise<readonly ObjectContent[]> {
  const { propertyCollector } = session.content;
  let page = await session.call(propertyCollector, 'RetrievePropertiesEx', { specSet: [spec], options: {} });
  const objects = [...(page?.objects ?? [])];
  while (page?.token !== undefined) {
    page = await session.call(propertyCollector, 'ContinueRetrievePropertiesEx', { token: page.token });
    objects.push(...page.objects);
  }
  return objects;
}
