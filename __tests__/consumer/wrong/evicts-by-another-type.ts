import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // EXPECT
  @evicts('get', (id: number) => [id])
  set(cat: Cat): number {
    return cat.id;
  }
}
