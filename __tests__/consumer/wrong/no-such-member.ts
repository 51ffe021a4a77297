import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Argument of type '["gte"]' is not assignable to parameter of type 'MembersAndArguments<Cats>'.
  @evicts<Cats>('gte')
  set(cat: Cat): number {
    return cat.id;
  }
}
