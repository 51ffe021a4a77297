import { cached, evicts } from 'memokit';

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // expect: is not assignable to parameter of type 'MembersAndArguments<Cats>' … Type 'string' is not assignable to type 'number'.
  // expect 5.0: is not assignable to parameter of type 'MembersAndArguments<Cats>'
  @evicts<Cats>('get', (name: string) => [name])
  set(name: string): string {
    return name;
  }
}
