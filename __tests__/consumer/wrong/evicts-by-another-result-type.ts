import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Decorator function return type 'CallbackMismatch<{ readonly argumentFunctionByResult: (_saved: number, id: number) => number[]; } & object, (cat: Cat) => number>'
  @evicts('get', (_saved: number, id: number) => [id], { by: 'result' })
  set(cat: Cat): number {
    return cat.id;
  }
}
