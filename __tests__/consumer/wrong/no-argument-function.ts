import { cached, puts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Argument of type '["get"]' is not assignable … Source has 1 element(s) but target requires 3.
  @puts<Cats>('get')
  set(cat: Cat): number {
    return cat.id;
  }
}
