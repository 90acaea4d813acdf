import type { Simulator, SimulatorOptions } from 'revix/simulator';
import { startSimulator } from 'revix/simulator';

/** Guests for real clients: one of each family that runs, and a machine that is off. Every password is `password`. */
const inventory: NonNullable<SimulatorOptions['inventory']> = {
  vms: [
    { name: 'linux1', location: '[ds1] linux1/linux1.vmx', power: 'on', guestOs: 'ubuntu-64' },
    { name: 'win1', location: '[ds1] win1/win1.vmx', power: 'on', guestOs: 'windows9-64' },
    { name: 'off1', location: '[ds1] off1/off1.vmx', power: 'off', guestOs: 'ubuntu-64' },
  ],
};

/** A vCenter with these guests. What goes wrong inside makes the test fail that awaits `close`. */
export async function startGuests(options: SimulatorOptions = {}): Promise<Simulator> {
  const defects: string[] = [];
  const onDefect = (error: unknown, where: string): void => void defects.push(`${where}: ${String(error)}`);
  const simulator = await startSimulator({ inventory, onDefect, ...options });
  return {
    ...simulator,
    close: async () => {
      await simulator.close();
      if (defects.length > 0) throw new Error(`The simulator failed inside: ${defects.join('; ')}`);
    },
  };
}
