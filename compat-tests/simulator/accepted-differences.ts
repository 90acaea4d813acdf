/** A way in which an answer may differ from that of vcsim. */
export interface AcceptedDifference {
  readonly command: RegExp;
  readonly difference: RegExp;
  readonly why: string;
}

/** Every row must be needed: one that no answer differs in fails the test. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    command: /-json/u,
    difference: /^only the simulator has /u,
    why: 'It tells more of guests, Tools and settings than vcsim, as real servers do.',
  },
  {
    command: /-json/u,
    difference: /alarmActionsEnabled is null in vcsim/u,
    why: 'A property of managed entities that vcsim leaves unset.',
  },
  {
    command: /^vm\.info/u,
    difference: /^only vcsim has .*\.config\.hardware\.device\[\]/u,
    why: 'vcsim copies the devices of a recorded machine, with details that nothing reads; a machine of the world has the devices that it has.',
  },
  {
    command: /^vm\.info/u,
    difference: /^only vcsim has .*\.config\.(createDate|extraConfig)/u,
    why: 'The world does not keep when a machine was made, and a machine has the configuration entries of its inventory only.',
  },
  {
    command: /^vm\.info/u,
    difference: /^only vcsim has .*\.resourceConfig$/u,
    why: 'vcsim leaves it unset, the simulator sets it.',
  },
  {
    command: /^vm\.info/u,
    difference: /^only vcsim has .*\.recentTask/u,
    why: 'vcsim made its machines by tasks just now; those of an inventory were there before.',
  },
  {
    command: /^host\.info/u,
    difference: /^only vcsim has /u,
    why: 'vcsim plays back a recorded host with its storage adapters, firmware and services. The host of the simulator has what clients of machines and guests ask for.',
  },
  {
    command: /^datastore\.info/u,
    difference: /^only vcsim has .*(info\.path|capability\.)/u,
    why: 'vcsim serves folders of the machine that it runs on, and their paths. Datastores of the simulator have none.',
  },
  {
    command: /^object\.collect .* nonsense$/u,
    difference: /^only vcsim succeeds; ours: InvalidProperty$/u,
    why: 'Real servers answer InvalidProperty; vcsim leaves the property out.',
  },
  {
    command: /^datastore\.upload .* none\//u,
    difference: /^only vcsim succeeds; ours: none$/u,
    why: 'vcsim makes the folder of a file that is sent. The simulator wants it made before, and says so by 404.',
  },
  {
    command: /^datastore\.disk\.extend -size 1M files\/d/u,
    difference: /^fails with FileFault in vcsim, InvalidArgument in ours$/u,
    why: 'A disk does not shrink: the fault of the simulator names the argument, newCapacityKb.',
  },
  {
    command: /^datastore\.cluster\.info -json/u,
    difference: /^only vcsim has .*recentTask$/u,
    why: 'vcsim leaves the tasks of a cluster of datastores unset, the simulator lists them.',
  },
  {
    command: /^guest\.(?:mkdir|ls|chmod|chown|mv|rm|rmdir|mktemp) /u,
    difference: /^fails with GuestOperationsFault in vcsim, /u,
    why: 'vcsim has one fault for whatever a command in its container fails with; hosts say what was wrong.',
  },
  {
    command: /^guest\.download /u,
    difference: /^fails with none in vcsim, FileNotFound in ours$/u,
    why: 'vcsim announces the transfer of a file that is not there, and then fails over HTTP.',
  },
  {
    command: /^guest\.upload /u,
    difference: /^only vcsim succeeds; ours: FileAlreadyExists$/u,
    why: 'vcsim replaces a file also when nobody has said that it may.',
  },
  {
    command: /^guest\.run .* echo /u,
    difference: /^only the simulator succeeds$/u,
    why: 'vcsim starts a program without a shell that would look for it.',
  },
  {
    command: /^guest\.run .* \/bin\/echo /u,
    difference: /^only the simulator has text$/u,
    why: 'govc redirects the output of a program by the shell that vcsim does not start.',
  },
  {
    command: /^guest\.start .* \/bin\/nope$/u,
    difference: /^only vcsim succeeds; ours: FileNotFound$/u,
    why: 'vcsim does not look whether there is such a program.',
  },
  {
    command: /^guest\.getenv /u,
    difference: /^only the simulator succeeds$/u,
    why: 'vcsim has no ReadEnvironmentVariableInGuest.',
  },
  {
    command: /^guest\.touch .* -d /u,
    difference: /^only the simulator succeeds$/u,
    why: 'vcsim does not change the times of files.',
  },
  {
    command: /^guest\.touch .* -c /u,
    difference: /^fails with OperationNotSupportedByGuest in vcsim, FileNotFound in ours$/u,
    why: 'vcsim does not change the times of files, so it does not look whether there is one.',
  },
  {
    command: /^guest\.ps -vm DC0_C0_RP0_VM1$/u,
    difference: /^only vcsim succeeds; ours: InvalidPowerState$/u,
    why: 'vcsim lists no processes of a machine that is off; hosts refuse.',
  },
];
