import { cached, evicts } from 'memokit';

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // EXPECT
  @evicts<Cats>('get', (name: string) => [name])
  set(name: string): string {
    return name;
  }
}
