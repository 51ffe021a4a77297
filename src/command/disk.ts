/** What the command needs of the store on disk. It is loaded when it is used, because it needs the package `lmdb`. */
export { requireStore } from '../disk/directory.js';
export { diskStore } from '../disk/disk-store.js';
export { inventoryOf } from '../disk/inventory.js';
