/** What this API calls a guest operating system: `ubuntu-64` is `UBUNTU_64`, `windows9srv-64` is `WINDOWS_9_SERVER_64`. */
export function guestOsCode(guestOs: string): string {
  return guestOs
    .replace(/srv/u, '-server')
    .replaceAll(/(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])/giu, '-')
    .replaceAll(/-+/gu, '_')
    .toUpperCase();
}
