/**
 * SQLite behind Keyv, with the table and the statements of `@keyv/sqlite`. That package needs `sqlite3`, whose binary has to
 * be compiled or fetched from elsewhere; `libsql` brings its own inside npm packages. It answers without a thread between,
 * which is faster.
 */
import Database from 'libsql';

export class Sqlite {
  #database;
  #get;
  #set;
  #delete;

  constructor(path) {
    this.#database = new Database(path);
    // Faster than the default, and as safe under SIGKILL.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
    this.#database.exec('CREATE TABLE IF NOT EXISTS keyv(key VARCHAR(255) PRIMARY KEY, value TEXT)');
    this.#get = this.#database.prepare('SELECT value FROM keyv WHERE key = ?');
    this.#set = this.#database.prepare(
      'INSERT INTO keyv (key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value',
    );
    this.#delete = this.#database.prepare('DELETE FROM keyv WHERE key = ?');
  }

  async get(key) {
    return this.#get.get([key])?.value;
  }

  async set(key, value) {
    this.#set.run([key, value]);
  }

  async delete(key) {
    return this.#delete.run([key]).changes > 0;
  }

  async clear() {
    this.#database.exec('DELETE FROM keyv');
  }

  async disconnect() {
    this.#database.close();
  }
}
