import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Decorator function return type 'CallbackMismatch<{ readonly argumentFunction: (cat: Cat) => number[]; }, (value: number) => void>'
  // expect legacy: nothing
  @evicts('get', (cat: Cat) => [cat.id])
  set current(_id: number) {}
}
