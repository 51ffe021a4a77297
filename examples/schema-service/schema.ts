/** A schema: what a table consists of. Everyone who asks the service is given the same object, hence `readonly`. */
export interface Schema {
  readonly columns: readonly Column[];
  /** Names of columns, in the key's order; empty when there is no primary key. */
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly indexes: readonly Index[];
}

export interface Column {
  readonly name: string;
  /** As SQL writes it: `numeric(10,2)`, `text[]`. */
  readonly type: string;
  readonly nullable: boolean;
  /** The expression as SQL; null when there is none, and for a generated column. */
  readonly default: string | null;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: { readonly table: string; readonly columns: readonly string[] };
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** Columns or expressions, as SQL. */
  readonly columns: readonly string[];
  /** The condition of a partial index, as SQL; null when it covers every row. */
  readonly where: string | null;
}
