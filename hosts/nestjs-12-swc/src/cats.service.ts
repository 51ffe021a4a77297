import { Injectable, NotFoundException } from '@nestjs/common';
import { cached, evicts } from 'memokit';
import type { FindCats } from './find-cats.dto.js';

export interface Cat {
  id: number;
  name: string;
}

@Injectable()
export class CatsService {
  readonly loads: string[] = [];
  readonly #names = new Map([
    [1, 'Tom'],
    [2, 'Tim'],
    [3, 'Bob'],
  ]);

  @cached({ ttl: 60_000 })
  async get(id: number): Promise<Cat> {
    this.loads.push(`get ${id}`);
    return { id, name: this.#names.get(id) ?? 'nobody' };
  }

  /** The validation pipe hands over an instance of a class, which counts by identity: `key` makes a plain object of it. */
  @cached({ key: (query: FindCats) => ({ ...query }) })
  async find(query: FindCats): Promise<Cat[]> {
    this.loads.push(`find ${query.prefix}`);
    return this.#all().filter(({ name }) => name.startsWith(query.prefix));
  }

  @cached()
  async findByIdentity(query: FindCats): Promise<Cat[]> {
    this.loads.push(`findByIdentity ${query.prefix}`);
    return this.#all().filter(({ name }) => name.startsWith(query.prefix));
  }

  @evicts<CatsService>('find')
  @evicts<CatsService>('get', (id) => [id])
  async rename(id: number, name: string): Promise<void> {
    if (!this.#names.has(id)) throw new NotFoundException(`no cat ${id}`);
    this.#names.set(id, name);
  }

  #all(): Cat[] {
    return [...this.#names].map(([id, name]) => ({ id, name }));
  }
}
