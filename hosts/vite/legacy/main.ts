import { cached, cacheOf, puts } from 'memokit';

function assert(condition: boolean, message: string) {
  if (!condition) throw new Error(message);
}

class Users {
  loads = 0;

  @cached({ capacity: 2 })
  get(id: number) {
    this.loads++;
    return { id, name: `user ${id}` };
  }

  @puts<Users>('get', (user: { id: number }) => [user.id])
  save(user: { id: number; name: string }) {
    return user;
  }

  @cached()
  static all(limit: number) {
    return Array.from({ length: limit }, (_, id) => id);
  }
}

async function check() {
  const users = new Users();
  const first = users.get(1);
  assert(users.get(1) === first && users.loads === 1, 'the second call is a hit');
  users.save({ id: 1, name: 'Ada' });
  assert(users.get(1).name === 'Ada', 'a write replaces');
  users.get(2);
  users.get(3);
  assert(cacheOf(users, 'get').size === 2, 'the capacity holds');
  const all = Users.all(3);
  assert(Users.all(3) === all, 'a static is cached');
}

declare global {
  var result: Promise<void>;
}
globalThis.result = check();
