import { cached, puts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Decorator function return type 'CallbackMismatch<{ readonly argumentFunction: (id: number) => number[]; }, (cat: Cat) => string>'
  @puts('get', (id: number) => [id])
  save(cat: Cat): string {
    return `${cat.id}`;
  }
}
