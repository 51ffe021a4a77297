import { randomBytes } from 'node:crypto';
import { CountingDatabase } from './schema-service/counting-database.js';
import { UnreachableError } from './schema-service/database.js';
import { openEmbedded } from './schema-service/embedded-database.js';
import { expiry, staleness, stampede, unboundedKeys, unknownTable } from './schema-service/hazards.js';
import { fail, note } from './schema-service/report.js';
import { openServer } from './schema-service/server-database.js';
import { SchemaService } from './schema-service/service.js';
import { withShop } from './schema-service/shop.js';
import { coldAndWarm } from './schema-service/timing.js';

/**
 * An example: a schema service in front of a real PostgreSQL. The database is embedded or, if DATABASE_URL is set, a server.
 * The example shows the queries and the time that the cache saves, then each hazard of caching and the protection against
 * it. The process fails if any of its statements does not hold.
 *
 *     npx tsx examples/schema-service.ts
 */
async function main(url: string | undefined): Promise<void> {
  const database = new CountingDatabase(url ? await openServer(url) : await openEmbedded());
  // A server may have other users, so the shop gets a namespace with a random name there.
  const shop = url ? `shop_${randomBytes(6).toString('hex')}` : 'shop';
  try {
    const [server] = await database.query<{ version: string }>(`SELECT split_part(version(), ' (', 1) AS version`);
    note(`${server?.version}, ${url ? 'the server of DATABASE_URL' : 'embedded'}`);
    await withShop(database, shop, async () => {
      const service = new SchemaService(database);
      await coldAndWarm(service, database, shop);
      await stampede(service, database, `${shop}.orders`);
      await staleness(service, database, `${shop}.customers`);
      await unknownTable(service, database, `${shop}.wishlists`);
      await unboundedKeys(service, database, shop);
      await expiry(service, database, `${shop}.products`);
    });
  } finally {
    await database.close();
  }
}

// If the reader of the output closes the pipe early, as `head` does, the program must still drop the shop.
process.stdout.on('error', () => {});

try {
  await main(process.env.DATABASE_URL);
} catch (error) {
  // For a database that cannot be reached the stack trace would be of no help.
  fail(error instanceof UnreachableError ? error.message : error);
}
