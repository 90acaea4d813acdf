/** Guest operating systems whose identifier in the API does not follow from the one in the `.vmx` file by the rule. */
const irregular: readonly (readonly [vmx: string, api: string])[] = [
  ['other', 'otherGuest'],
  ['other-64', 'otherGuest64'],
  ['linux', 'otherLinuxGuest'],
  ['otherlinux', 'otherLinuxGuest'],
  ['otherlinux-64', 'otherLinux64Guest'],
  ['other24xlinux', 'other24xLinuxGuest'],
  ['other24xlinux-64', 'other24xLinux64Guest'],
  ['other26xlinux', 'other26xLinuxGuest'],
  ['other26xlinux-64', 'other26xLinux64Guest'],
  ['other3xlinux', 'other3xLinuxGuest'],
  ['other3xlinux-64', 'other3xLinux64Guest'],
  ['other4xlinux', 'other4xLinuxGuest'],
  ['other4xlinux-64', 'other4xLinux64Guest'],
  ['other5xlinux-64', 'other5xLinux64Guest'],
  ['other6xlinux-64', 'other6xLinux64Guest'],
  ['winxppro', 'winXPProGuest'],
  ['winxppro-64', 'winXPPro64Guest'],
  ['winnetstandard', 'winNetStandardGuest'],
  ['winnetstandard-64', 'winNetStandard64Guest'],
  ['winnetenterprise', 'winNetEnterpriseGuest'],
  ['winnetenterprise-64', 'winNetEnterprise64Guest'],
  ['winvista', 'winVistaGuest'],
  ['winvista-64', 'winVista64Guest'],
  ['winlonghorn', 'winLonghornGuest'],
  ['longhorn', 'winLonghornGuest'],
  ['longhorn-64', 'winLonghorn64Guest'],
  ['oraclelinux', 'oracleLinuxGuest'],
  ['oraclelinux-64', 'oracleLinux64Guest'],
];

/** The API's identifier of a guest operating system: `ubuntu-64` is `ubuntu64Guest`, `windows9-64` `windows9_64Guest`. */
export function apiGuestId(guestOs: string): string {
  const name = guestOs.toLowerCase();
  const exception = irregular.find(([vmx]) => vmx === name);
  if (exception !== undefined) return exception[1];
  if (!name.endsWith('-64')) return `${guestOs}Guest`;
  const base = guestOs.slice(0, -'-64'.length);
  return /[0-9]$|srv$|srvNext$/u.test(base) ? `${base}_64Guest` : `${base}64Guest`;
}

/** The `.vmx` file's identifier of a guest operating system by the API's; one of another form stays as it is. */
export function vmxGuestOs(apiId: string): string {
  const exception = irregular.find(([, api]) => api === apiId);
  if (exception !== undefined) return exception[0];
  const [, base, bits] = /^(.*?)(_?64)?Guest$/u.exec(apiId) ?? [];
  if (base === undefined || base === '') return apiId;
  return bits === undefined ? base : `${base}-64`;
}
