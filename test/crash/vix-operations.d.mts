/** What a program does to a machine, as plain data. */
export type VixOperation =
  | { readonly op: 'on' | 'off'; readonly vm: string }
  | { readonly op: 'variable'; readonly vm: string; readonly text: string }
  | { readonly op: 'copy'; readonly vm: string; readonly path: string; readonly text: string }
  | { readonly op: 'snapshot'; readonly vm: string; readonly name: string; readonly hasMemory: boolean }
  | { readonly op: 'revert'; readonly vm: string; readonly name: string }
  | { readonly op: 'remove'; readonly vm: string; readonly name: string; readonly withChildren: boolean };
