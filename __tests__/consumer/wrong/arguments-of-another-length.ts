import { cached, evicts } from 'memokit';

export class Cats {
  @cached()
  get(id: number): string {
    return `${id}`;
  }
  // EXPECT
  @evicts<Cats>('get', (id: number) => [id, id])
  set(id: number): number {
    return id;
  }
}
