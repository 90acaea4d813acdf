import * as com from '../../../dist/doors/com/index.js';
import * as comSync from '../../../dist/doors/com/sync.js';
import * as simple from '../../../dist/doors/simple/index.js';
import * as simpleSync from '../../../dist/doors/simple/sync.js';
import * as virtualServer from '../../../dist/doors/virtual-server/index.js';
import * as virtualServerSync from '../../../dist/doors/virtual-server/sync.js';
import { makeC } from './c-column.js';
import { makeClient } from './client-column.js';
import { makeCom } from './com-column.js';
import { blocking, type AnyVix, type Door, type Group, type HostAddress } from './door.js';
import { makeSimple } from './simple-column.js';
import { makeVirtualServer } from './virtual-server-column.js';

export interface Column {
  readonly name: string;
  readonly isBlocking: boolean;
  /** What its errors are. */
  readonly codes: 'vix' | 'hresult';
  /** What the door has nothing for, because the original of its shape had not. */
  readonly lacks: readonly Group[];
  readonly make: (vix: AnyVix, host: HostAddress) => Promise<Door>;
}

/** Virtual Server finds machines by name, and knows neither files of guests nor snapshots. */
const virtualServerLacks: readonly Group[] = ['opening', 'files', 'processes', 'snapshots', 'callbacks'];

/** Every door: one more is one more row. */
export const columns: readonly Column[] = [
  { name: 'revix', isBlocking: false, codes: 'vix', lacks: [], make: makeC },
  { name: 'revix/sync', isBlocking: true, codes: 'vix', lacks: [], make: makeC },
  { name: 'revix/client', isBlocking: false, codes: 'vix', lacks: ['callbacks'], make: makeClient },
  {
    name: 'revix/simple',
    isBlocking: false,
    codes: 'vix',
    lacks: ['callbacks'],
    make: (vix, host) => makeSimple(simple.createSimple(vix), host),
  },
  {
    name: 'revix/simple/sync',
    isBlocking: true,
    codes: 'vix',
    lacks: ['callbacks'],
    make: (vix, host) => makeSimple(simpleSync.createSimple(blocking(vix)) as unknown as simple.Simple, host),
  },
  {
    name: 'revix/com',
    isBlocking: false,
    codes: 'vix',
    lacks: [],
    make: (vix, host) => makeCom(com.createVixCOM(vix), host),
  },
  {
    name: 'revix/com/sync',
    isBlocking: true,
    codes: 'vix',
    lacks: [],
    make: (vix, host) => makeCom(comSync.createVixCOM(blocking(vix)) as unknown as com.VixCOM, host),
  },
  {
    name: 'revix/virtual-server',
    isBlocking: false,
    codes: 'hresult',
    lacks: virtualServerLacks,
    make: (vix, host) => makeVirtualServer(virtualServer.createVirtualServer(vix), host),
  },
  {
    name: 'revix/virtual-server/sync',
    isBlocking: true,
    codes: 'hresult',
    lacks: virtualServerLacks,
    make: (vix, host) =>
      makeVirtualServer(
        virtualServerSync.createVirtualServer(blocking(vix)) as unknown as virtualServer.VirtualServer,
        host,
      ),
  },
];
