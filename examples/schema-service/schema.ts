/** A schema: the parts of a table. All callers of the service get the same object, so its members are `readonly`. */
export interface Schema {
  readonly columns: readonly Column[];
  /** The names of the columns of the primary key, in its order. Empty if there is no primary key. */
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly indexes: readonly Index[];
}

export interface Column {
  readonly name: string;
  /** The type in SQL notation: `numeric(10,2)`, `text[]`. */
  readonly type: string;
  readonly nullable: boolean;
  /** The default expression in SQL. Null if the column has none or is generated. */
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
  /** The indexed columns or expressions, in SQL. */
  readonly columns: readonly string[];
  /** The condition of a partial index, in SQL. Null if the index covers every row. */
  readonly where: string | null;
}
