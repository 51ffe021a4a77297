import assert from 'node:assert/strict';
import { cached, cacheOf, puts } from 'memokit';

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

const users = new Users();
assert.equal(users.get(1), users.get(1));
assert.equal(users.loads, 1, 'the second call is a hit');
users.save({ id: 1, name: 'Ada' });
assert.equal(users.get(1).name, 'Ada', 'a write replaces');
users.get(2);
users.get(3);
assert.equal(cacheOf(users, 'get').size, 2, 'the capacity holds');
assert.equal(Users.all(3), Users.all(3), 'a static is cached');
