import type { Facts } from './check.js';

/** A text with facts in place of their names: `{host}`. Lists have commas between. */
export function filled(text: string, facts: Facts): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    if (fact === undefined) return whole;
    return typeof fact === 'object' && fact !== null ? fact.join(', ') : String(fact);
  });
}
