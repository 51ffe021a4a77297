import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: is not assignable to parameter of type 'MembersAndArguments<Cats>' … Type '"gte"' is not assignable to type
  @evicts<Cats>('gte', (cat) => [cat.id])
  set(cat: Cat): number {
    return cat.id;
  }
}
