import { cached, evicts } from 'memokit';
import { type FindOptionsWhere, Like, type Repository } from 'typeorm';
import type { Cat } from './cat.entity';

export class Cats {
  constructor(private readonly repository: Repository<Cat>) {}

  @cached({ ttl: 60_000 })
  findById(id: number): Promise<Cat | null> {
    return this.repository.findOneBy({ id });
  }

  /** Plain conditions count by content. An operator such as `Like` is an instance of a class, and counts by identity. */
  @cached()
  findBy(where: FindOptionsWhere<Cat>): Promise<Cat[]> {
    return this.repository.findBy(where);
  }

  /** The operator is made inside, from an argument that counts by content. */
  @cached()
  findNamedLike(pattern: string): Promise<Cat[]> {
    return this.repository.findBy({ name: Like(pattern) });
  }

  @cached()
  count(): Promise<number> {
    return this.repository.createQueryBuilder('cat').getCount();
  }

  /** An entity counts by identity, so that each query would give another key: its id is the key. */
  @cached({ key: (cat: Cat) => cat.id })
  async rank(cat: Cat): Promise<number> {
    return (await this.repository.createQueryBuilder('cat').where('cat.id < :id', cat).getCount()) + 1;
  }

  @cached()
  async rankByIdentity(cat: Cat): Promise<number> {
    return this.rank(cat);
  }

  @evicts<Cats>('findBy', 'findNamedLike', 'count')
  @evicts<Cats>('findById', (cat) => [cat.id], { by: 'result' })
  save(cat: Partial<Cat>): Promise<Cat> {
    return this.repository.save(cat as Cat);
  }

  @evicts<Cats>('findBy', 'findNamedLike', 'count')
  @evicts<Cats>('findById', (id) => [id])
  async delete(id: number): Promise<void> {
    await this.repository.delete(id);
  }
}
