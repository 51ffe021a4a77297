import { cached, puts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // EXPECT
  @puts<Cats>('get')
  set(cat: Cat): number {
    return cat.id;
  }
}
