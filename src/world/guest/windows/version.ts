/** Version numbers of Windows by what its name holds; the first that fits counts. */
const versions: readonly (readonly [name: string, version: string])[] = [
  ['Server 2025', '10.0.26100.1742'],
  ['Server 2022', '10.0.20348.2527'],
  ['Server 2019', '10.0.17763.5329'],
  ['Server 2016', '10.0.14393.6614'],
  ['Server 2012 R2', '6.3.9600'],
  ['Server 2012', '6.2.9200'],
  ['Server 2008 R2', '6.1.7601'],
  ['Server 2008', '6.0.6003'],
  ['Server 2003', '5.2.3790'],
  ['Windows 11', '10.0.22631.3007'],
  ['Windows 10', '10.0.19045.3930'],
  ['Windows 8.1', '6.3.9600'],
  ['Windows 8', '6.2.9200'],
  ['Windows 7', '6.1.7601'],
  ['Vista', '6.0.6002'],
  ['XP', '5.1.2600'],
  ['2000', '5.00.2195'],
];

const newestVersion = '10.0.19045.3930';

/** The version number that `ver` prints for a guest of this operating system name. */
export function windowsVersion(osName: string): string {
  const name = osName.toLowerCase();
  return versions.find(([part]) => name.includes(part.toLowerCase()))?.[1] ?? newestVersion;
}
