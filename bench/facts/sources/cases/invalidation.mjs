/** Invalidation cases: entries are forgotten or replaced where the source changes. */
import { Origin, settle } from '../case.mjs';

export const invalidation = [
  {
    title: 'deleting a call while it loads: what was loaded before is not kept',
    needs: ['delete'],
    run: (peer) => overtaken(peer, {}, (_cache, source) => source.delete('a')),
  },
  {
    title: 'invalidating a tag while what has it loads: what was loaded before is not kept',
    needs: ['tags', 'loadTags'],
    run: (peer) => overtaken(peer, { tags: true }, (cache) => cache.invalidate('team')),
  },
  {
    title: 'entries have tags, by which one call forgets those of several functions, and no others',
    needs: ['tags'],
    async run(peer) {
      const cache = await peer.open({ tags: true });
      const [users, orders] = [new Origin(), new Origin()];
      const tags = (id) => (id === 'a' ? ['team'] : ['others']);
      const sources = [cache.source('users', users.load, { tags }), cache.source('orders', orders.load, { tags })];
      const ask = (id) => Promise.all(sources.map((source) => source.get(id)));
      await ask('a');
      await ask('b');
      for (const origin of [users, orders]) origin.change();
      await cache.invalidate('team');
      if ((await ask('a')).join() !== 'a new,a new') return 'an entry stays';
      return (await ask('b')).join() === 'b old,b old' || 'other entries go too';
    },
  },
  {
    title: 'a decorator of another method declares which call it evicts',
    needs: ['evicts'],
    async run(peer) {
      const users = await peer.users();
      await users.get(1);
      await users.get(2);
      await users.rename(1, 'Ada');
      if ((await users.get(1)) !== 'Ada') return false;
      await users.get(2);
      return users.loads === 3 || `there are ${users.loads} loads in place of 3`;
    },
  },
  {
    title: 'a decorator of another method declares as which call its result is stored',
    needs: ['puts'],
    async run(peer) {
      const users = await peer.users();
      await users.get(1);
      await users.save(1, 'Alan');
      if ((await users.get(1)) !== 'Alan') return false;
      return users.loads === 1 || `there are ${users.loads} loads in place of 1`;
    },
  },
  {
    title: 'one call forgets what all functions have stored, as between two tests',
    needs: ['clear'],
    async run(peer) {
      const cache = await peer.open({ clear: true });
      const origin = new Origin();
      const sources = ['users', 'orders'].map((name) => cache.source(name, origin.load, {}));
      const ask = () => Promise.all(sources.map((source) => source.get('a')));
      await ask();
      await ask();
      if (origin.loads !== 2) return 'nothing is stored';
      origin.change();
      await cache.clear();
      return (await ask()).join() === 'a new,a new';
    },
  },
];

/** Whether a load that began before an invalidation, and ended after it, leaves nothing behind. */
async function overtaken(peer, { tags }, invalidate) {
  const cache = await peer.open({ tags });
  const origin = new Origin();
  const source = cache.source('users', origin.load, tags ? { tags: () => ['team'] } : {});
  const release = origin.hold();
  const call = source.get('a');
  // Some peers give what was overtaken to its callers, others reject them: both is sound.
  const settled = Promise.resolve(call).catch(() => {});
  await settle();
  origin.change();
  await invalidate(cache, source);
  // Some peers compare times, in milliseconds.
  await settle();
  await release();
  await settled;
  await settle();
  return (await source.get('a')) === 'a new';
}
