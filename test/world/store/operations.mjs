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
        hands.open(files).write('/d/value', operation.text);
      });
      return;
    case 'fail': {
      const change = new Error('changed my mind');
      await store
        .update(vm, ({ record, files }) => {
          record.config.value = 'never';
          hands.open(files).write(operation.path, operation.text);
          throw change;
        })
        .catch((error) => {
          if (error !== change) throw error;
        });
      return;
    }
    case 'write':
    case 'link':
    case 'move':
    case 'remove':
      changeFiles(hands.open(await store.read(vm, ({ files }) => files)), operation);
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

/** What a program of the guest does to its files. */
function changeFiles(files, { op, path, text, to }) {
  if (op === 'write') files.write(path, text);
  else if (op === 'link') files.hardLink(path, to);
  else if (op === 'move') files.move(path, to);
  else files.deleteFile(path);
}
