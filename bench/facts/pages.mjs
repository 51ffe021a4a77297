/**
 * The pages that hold tables. There, a table stands between `<!-- facts: NAME -->` and `<!-- end -->`, with a name that
 * `piecesOf` makes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { migrationOf, tableOf, tellingOf } from './table.mjs';

const PAGES = ['bench/README.md', 'docs/comparison.md', 'docs/migrate.md'];

/** What the pages show of a topic, by name. `machine` says where and when it was found. */
export function piecesOf({ topic, columns }, machine) {
  if (topic === 'migrate') return columns.map((column) => [`migrate ${column.name}`, migrationOf(column)]);
  return [
    [topic, `${machine}\n\n${tableOf(columns)}`],
    [`${topic}, telling`, `${machine}\n\n${tellingOf(topic, columns)}`],
  ];
}

/** Writes pieces to where the pages have them. */
export function write(pieces) {
  for (const page of PAGES) {
    const path = new URL(`../../${page}`, import.meta.url);
    let text = readFileSync(path, 'utf8');
    for (const [name, piece] of pieces) {
      const [start, end] = [`<!-- facts: ${name} -->\n`, '<!-- end -->'];
      const from = text.indexOf(start);
      if (from < 0) continue;
      text = `${text.slice(0, from)}${start}\n${piece}\n\n${text.slice(text.indexOf(end, from))}`;
    }
    writeFileSync(path, text);
  }
}
