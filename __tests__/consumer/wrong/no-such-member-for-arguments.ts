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
  @evicts<Cats>('gte', (cat) => [cat.id])
  set(cat: Cat): number {
    return cat.id;
  }
}
