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
 * An example: a schema service in front of a real PostgreSQL, which is embedded here or, when
 * DATABASE_URL is set, a server. It shows what the cache saves, then each hazard of caching and
 * what holds it off, and fails when anything is not as it says.
 *
 *     npx tsx examples/schema-service.ts
 */
async function main(url: string | undefined): Promise<void> {
  const database = new CountingDatabase(url ? await openServer(url) : await openEmbedded());
  // On a server that others use too, a namespace that nobody else has.
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

// A reader that has seen enough, such as `head`, must not end the program before the shop is dropped.
process.stdout.on('error', () => {});

try {
  await main(process.env.DATABASE_URL);
} catch (error) {
  // Where it happened says nothing about a database that is not there.
  fail(error instanceof UnreachableError ? error.message : error);
}
