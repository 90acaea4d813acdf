import { faultFrom, type FaultContext } from './errors/fault-from.js';

/** Does work, and turns what it ends with into a fault that tells what was being done. */
export async function translated<T>(context: FaultContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw faultFrom(error, context);
  }
}
