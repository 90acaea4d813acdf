import { screenOf } from '../console/console-screen.js';
import { renderScreen } from '../console/render-screen.js';
import type { VmRecord } from './vm-record.js';
import type { VmScope } from './vm-scope.js';

/** What a machine's console shows now, as a PNG picture. */
export function consolePicture(
  scope: VmScope,
  record: VmRecord,
  options: { readonly isCompressed: boolean },
): Uint8Array {
  const lines = [...record.consoleLines, ...scope.services.guests.freshLines(scope.id)];
  return renderScreen(screenOf(record, lines, scope.clock.now()), options);
}
