import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Decorator function return type 'CallbackMismatch<{ readonly when: (this: any, _result: any, id: number) => boolean; }, (cat: Cat) => number>'
  @evicts('get', { when: (_result, id: number) => id > 0 })
  set(cat: Cat): number {
    return cat.id;
  }
}
