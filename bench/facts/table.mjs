/** The tables: the findings as Markdown. */

const SIGNS = { right: '✓', wrong: '✗', absent: '–' };
const TOTALS = { right: 'right', wrong: 'wrong', absent: 'not offered' };

/** The tables of a topic. `columns` are `{ name, version, titles, findings }`, of a peer each. */
export function tablesOf({ topic, columns }) {
  return topic === 'migrate' ? columns.map(migrationOf) : [tableOf(columns[0].titles, columns)];
}

/** The table of a peer whose cases are rows as they stand. Of a row that does not hold it says why, in place of the row. */
function migrationOf({ name, version, titles, findings }) {
  const rows = titles.map((title, i) => (findings[i].mark === 'right' ? title : `✗ ${findings[i].note} ${title}`));
  return [`| ${name} ${version} | what it does | memokit |`, '| --- | --- | --- |', ...rows].join('\n');
}

/** A row for each case and a column for each peer. */
function tableOf(titles, columns) {
  const notes = [];
  const footnote = ({ mark, note }) => {
    if (mark === 'absent' || note === undefined) return '';
    if (!notes.includes(note)) notes.push(note);
    return `<sup>${notes.indexOf(note) + 1}</sup>`;
  };
  const rows = titles.map((title, i) => [
    title,
    ...columns.map(({ findings }) => SIGNS[findings[i].mark] + footnote(findings[i])),
  ]);
  const totals = Object.entries(TOTALS).map(([mark, label]) => [
    `**${label}**`,
    ...columns.map(({ findings }) => `**${findings.filter((finding) => finding.mark === mark).length}**`),
  ]);
  const lines = [
    ['', ...columns.map(({ name, version }) => `${name} ${version}`)],
    ['---', ...columns.map(() => ':-:')],
    ...rows,
    ...totals,
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, '', ...notes.map((note, i) => `${i + 1}. ${note}`)].join('\n');
}
