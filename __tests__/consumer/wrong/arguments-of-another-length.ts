import { cached, evicts } from 'memokit';

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: is not assignable to parameter of type 'MembersAndArguments<Cats>' … Source has 2 element(s) but target allows only 1.
  // expect 5.0: is not assignable to parameter of type 'MembersAndArguments<Cats>'
  @evicts<Cats>('get', (id: number) => [id, id])
  set(id: number): number {
    return id;
  }
}
