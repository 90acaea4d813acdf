/** In names, the server writes these three characters as references; elsewhere they would separate. */
const escapes: Readonly<Record<string, string>> = { '%25': '%', '%2f': '/', '%5c': '\\' };

/** The name as people gave it, from what the server has. */
export function plainName(name: string): string {
  return name.replaceAll(/%(?:25|2f|5c)/gi, (escape) => escapes[escape.toLowerCase()] ?? escape);
}

/** What the server has for a name. */
export function escapedName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2f').replaceAll('\\', '%5c');
}
