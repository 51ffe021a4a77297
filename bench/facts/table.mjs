/** The tables: the findings as Markdown. A table is of `columns`: `{ name, version, titles, findings }`, of a peer each. */
import { TELLING } from './telling.mjs';

const SIGNS = { right: '✓', wrong: '✗', absent: '–' };
const TOTALS = { right: 'right', wrong: 'wrong', absent: 'not offered' };

/** A row for each case and a column for each peer, and how many rows are so in all. */
export function tableOf(columns) {
  const totals = Object.entries(TOTALS).map(([mark, label]) => totalOf(label, mark, columns));
  return markdownOf(columns, columns[0].titles, totals);
}

/** The table's telling rows and columns. */
export function tellingOf(topic, columns) {
  const { names, titles } = TELLING[topic];
  const shown = names.map((name) => columns.find((column) => column.name === name));
  const { length } = columns[0].titles;
  return markdownOf(shown, titles, [totalOf(`right, of all ${length} rows`, 'right', shown)]);
}

/** The table of a peer whose cases are rows as they stand. A row that does not hold is preceded by the reason. */
export function migrationOf({ name, version, titles, findings }) {
  const rows = titles.map((title, i) => (findings[i].mark === 'right' ? title : `✗ ${findings[i].note} ${title}`));
  return [`| ${name} ${version} | what it does | memokit |`, '| --- | --- | --- |', ...rows].join('\n');
}

function totalOf(label, mark, columns) {
  const counts = columns.map(({ findings }) => findings.filter((finding) => finding.mark === mark).length);
  return [label, ...counts].map((cell) => `**${cell}**`);
}

function markdownOf(columns, titles, totals) {
  const notes = [];
  const footnote = ({ mark, note }) => {
    if (mark === 'absent' || note === undefined) return '';
    if (!notes.includes(note)) notes.push(note);
    return `<sup>${notes.indexOf(note) + 1}</sup>`;
  };
  const rows = titles.map((title) => {
    const i = columns[0].titles.indexOf(title);
    return [title, ...columns.map(({ findings }) => SIGNS[findings[i].mark] + footnote(findings[i]))];
  });
  const lines = [
    ['', ...columns.map(({ name, version }) => `${name} ${version}`)],
    ['---', ...columns.map(() => ':-:')],
    ...rows,
    ...totals,
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, '', ...notes.map((note, i) => `${i + 1}. ${note}`)].join('\n').trimEnd();
}
