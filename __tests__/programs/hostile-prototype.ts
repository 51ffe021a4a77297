/** Encodes and decodes where `Object.prototype` has a setter and a value that an attacker put there, and where it is frozen. */
import { portable } from 'memokit/store';

// Node makes its streams when the first line is printed, and cannot where descriptors inherit a value.
console.log('');
Object.defineProperty(Object.prototype, 'kept', {
  configurable: true,
  set() {
    throw new Error('a setter ran');
  },
});
(Object.prototype as { value?: string }).value = 'polluted';
const codec = portable();
const after = codec.decode(codec.encode(JSON.parse('{"kept": 1, "__proto__": 2, "value": 3}'))) as object;
console.log(JSON.stringify(Object.entries(after)), Object.getPrototypeOf(after) === Object.prototype);
try {
  codec.encode({
    get a() {
      return 1;
    },
  });
} catch (error) {
  console.log((error as Error).message);
}
Object.freeze(Object.prototype);
console.log(JSON.stringify(codec.decode(codec.encode({ toString: 1 }))));
