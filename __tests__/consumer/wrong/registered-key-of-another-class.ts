import { registerCacheKey } from 'memokit';

class Decimal {
  constructor(readonly digits: string) {}
}
class ObjectId {
  constructor(readonly bytes: Uint8Array) {}
}

// expect: is not assignable to parameter of type '(instance: Decimal) => unknown' … Property 'bytes' is missing in type 'Decimal'
registerCacheKey(Decimal, (id: ObjectId) => id.bytes);
