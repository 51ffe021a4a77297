import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Decorator function return type 'CallbackMismatch<{ readonly argumentFunction: (id: number) => number[]; }, (cat: Cat) => number>'
  @evicts('get', (id: number) => [id])
  set(cat: Cat): number {
    return cat.id;
  }
}
