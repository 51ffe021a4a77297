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
  @evicts('get', (cat: Cat) => [cat.id])
  set current(_id: number) {}
}
