import { constants } from 'node:os';
import type { Database } from './database.js';

/** Creates a shop, a namespace of sixteen tables, runs `use` and drops the shop again, also after a signal. */
export async function withShop(database: Database, namespace: string, use: () => Promise<void>): Promise<void> {
  // Outside the try: if the namespace exists already, this fails, and the other user's namespace must not be dropped.
  await database.query(`CREATE SCHEMA ${namespace}`);
  const drop = async () => void (await database.query(`DROP SCHEMA IF EXISTS ${namespace} CASCADE`));
  const interrupt = (signal: Signal) => void drop().finally(() => process.exit(128 + constants.signals[signal]));
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    for (const statement of statements(namespace)) await database.query(statement);
    await use();
  } finally {
    try {
      await drop();
    } finally {
      for (const signal of SIGNALS) process.off(signal, interrupt);
    }
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

/** The statements that fill a shop. They are separate strings, because a prepared statement can hold only one. */
function statements(shop: string): string[] {
  return [
    `CREATE TYPE ${shop}.order_state AS ENUM ('open', 'paid', 'sent', 'returned')`,
    `CREATE TABLE ${shop}.customers (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      email varchar(320) NOT NULL,
      name text NOT NULL,
      newsletter boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE UNIQUE INDEX customers_email ON ${shop}.customers (lower(email))`,
    `CREATE TABLE ${shop}.addresses (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      customer_id bigint NOT NULL REFERENCES ${shop}.customers ON DELETE CASCADE,
      street text NOT NULL,
      city text NOT NULL,
      country char(2) NOT NULL
    )`,
    `CREATE TABLE ${shop}.categories (
      id int PRIMARY KEY,
      parent_id int REFERENCES ${shop}.categories,
      title text NOT NULL UNIQUE
    )`,
    `CREATE TABLE ${shop}.suppliers (id int PRIMARY KEY, name text NOT NULL, rating real)`,
    `CREATE TABLE ${shop}.products (
      id bigint PRIMARY KEY,
      category_id int NOT NULL REFERENCES ${shop}.categories,
      supplier_id int REFERENCES ${shop}.suppliers,
      title text NOT NULL,
      price numeric(10,2) NOT NULL CHECK (price >= 0),
      attributes jsonb NOT NULL DEFAULT '{}',
      withdrawn_at timestamptz
    )`,
    `CREATE INDEX products_on_sale ON ${shop}.products (category_id, price DESC) WHERE withdrawn_at IS NULL`,
    `CREATE INDEX products_attributes ON ${shop}.products USING gin (attributes)`,
    `CREATE TABLE ${shop}.product_images (
      product_id bigint REFERENCES ${shop}.products,
      position smallint DEFAULT 1,
      path text NOT NULL,
      PRIMARY KEY (product_id, position)
    )`,
    `CREATE TABLE ${shop}.tags (tag varchar(40) PRIMARY KEY)`,
    `CREATE TABLE ${shop}.product_tags (
      product_id bigint REFERENCES ${shop}.products,
      tag varchar(40) REFERENCES ${shop}.tags,
      PRIMARY KEY (tag, product_id)
    )`,
    `CREATE TABLE ${shop}.warehouses (code char(3) PRIMARY KEY, city text NOT NULL)`,
    `CREATE TABLE ${shop}.stock (
      warehouse_code char(3) REFERENCES ${shop}.warehouses,
      product_id bigint REFERENCES ${shop}.products,
      quantity int NOT NULL DEFAULT 0,
      PRIMARY KEY (warehouse_code, product_id)
    )`,
    `CREATE TABLE ${shop}.coupons (code text PRIMARY KEY, percent smallint NOT NULL, valid daterange)`,
    `CREATE TABLE ${shop}.orders (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      customer_id bigint NOT NULL REFERENCES ${shop}.customers,
      coupon_code text REFERENCES ${shop}.coupons,
      state ${shop}.order_state NOT NULL DEFAULT 'open',
      notes text[],
      placed_at timestamptz NOT NULL DEFAULT now()
    )`,
    `CREATE INDEX orders_open ON ${shop}.orders (customer_id) WHERE state = 'open'`,
    `CREATE TABLE ${shop}.order_lines (
      order_id uuid REFERENCES ${shop}.orders ON DELETE CASCADE,
      line int,
      product_id bigint NOT NULL REFERENCES ${shop}.products,
      quantity int NOT NULL DEFAULT 1,
      price numeric(10,2) NOT NULL,
      total numeric(12,2) GENERATED ALWAYS AS (quantity * price) STORED,
      PRIMARY KEY (order_id, line)
    )`,
    `CREATE TABLE ${shop}.returns (
      order_id uuid,
      line int,
      reason text NOT NULL,
      PRIMARY KEY (order_id, line),
      FOREIGN KEY (order_id, line) REFERENCES ${shop}.order_lines (order_id, line)
    )`,
    `CREATE TABLE ${shop}.payments (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      order_id uuid NOT NULL REFERENCES ${shop}.orders,
      amount numeric(12,2) NOT NULL,
      paid_at timestamptz
    )`,
    `CREATE TABLE ${shop}."Audit Log" ("at" timestamptz DEFAULT now(), "who" text, "What was done" text)`,
  ];
}
