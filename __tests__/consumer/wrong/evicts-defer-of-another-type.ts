import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Decorator function return type 'CallbackMismatch<{ readonly defer: (this: any, apply: () => void, id: number) => undefined; }, (cat: Cat) => number>'
  @evicts('get', { defer: (apply, id: number) => void [apply, id] })
  set(cat: Cat): number {
    return cat.id;
  }
}
