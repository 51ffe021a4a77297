import { cached } from 'memokit';

const service = cached.with({ ttl: 1000 });

export class Users {
  // expect: Type 'number' is not assignable to type 'NoSuchOption<"maxSize">'.
  @service({ maxSize: 5 })
  get(id: number): string {
    return `${id}`;
  }
}
