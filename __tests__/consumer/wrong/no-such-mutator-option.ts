import { cached, evicts } from 'memokit';

interface Cat {
  readonly id: number;
}

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: Argument of type '["get", { after: boolean; }]' is not assignable … 'after' does not exist
  // expect 5.0: Argument of type '["get", { after: boolean; }]' is not assignable
  @evicts<Cats>('get', { after: true })
  set(cat: Cat): number {
    return cat.id;
  }
}
