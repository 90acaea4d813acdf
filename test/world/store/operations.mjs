// What a client of a store may do, as plain data, so that a test and the process it kills mean the same by it.

/**
 * Does one operation on a store and resolves when it is acknowledged.
 * @param {import('../../../src/world/vm/vm-store.js').VmStore} store
 * @param {import('./operations.mjs').Operation} operation
 * @param {import('./operations.mjs').Hands} hands
 */
export async function perform(store, operation, hands) {
  const { vm } = operation;
  switch (operation.op) {
    case 'create':
      await store.create(hands.newVm(vm), hands.newFiles());
      return;
    case 'delete':
      await store.delete(vm, { keepDisks: false });
      return;
    case 'set':
      await store.update(vm, ({ record, files }) => {
        record.config.value = operation.text;
        record.guestVariables.value = operation.text;
        record.name = operation.text.slice(0, 8);
        hands.write(files, '/d/value', operation.text);
      });
      return;
    case 'fail': {
      const change = new Error('changed my mind');
      await store
        .update(vm, ({ record, files }) => {
          record.config.value = 'never';
          hands.write(files, operation.path, operation.text);
          throw change;
        })
        .catch((error) => {
          if (error !== change) throw error;
        });
      return;
    }
    case 'write':
      hands.write(await store.read(vm, ({ files }) => files), operation.path, operation.text);
      await store.flushFiles(vm);
      return;
    case 'save':
      await store.update(vm, async ({ record }) => {
        record.config[`image.${operation.image}`] = 'kept';
        await store.saveImage(vm, operation.image);
      });
      return;
    case 'restore':
      await store.update(vm, async ({ record }) => {
        record.config.value = `from ${operation.image}`;
        record.guestVariables.value = `from ${operation.image}`;
        await store.restoreImage(vm, operation.image);
      });
      return;
    case 'drop':
      await store.update(vm, async ({ record }) => {
        delete record.config[`image.${operation.image}`];
        await store.deleteImage(vm, operation.image);
      });
      return;
    default:
      throw new Error(`no such operation: ${JSON.stringify(operation)}`);
  }
}
