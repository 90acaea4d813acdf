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
    difference: /^only vcsim succeeds$/u,
    why: 'Real servers answer InvalidProperty; vcsim leaves the property out.',
  },
];
