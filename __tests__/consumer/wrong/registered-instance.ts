import { registerCacheKey } from 'memokit';

class Decimal {
  constructor(readonly digits: string) {}
}

// expect: Argument of type 'Decimal' is not assignable … Property 'prototype' is missing in type 'Decimal'
// expect 7.0: Property 'prototype' is missing in type 'Decimal'
registerCacheKey(new Decimal('1.5'), (decimal: Decimal) => decimal.digits);
