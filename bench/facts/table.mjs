/** The table: the findings as Markdown, a row for each case and a column for each peer. */

const SIGNS = { right: '✓', wrong: '✗', absent: '–' };
const TOTALS = { right: 'right', wrong: 'wrong', absent: 'not offered' };

/** `columns` are `{ name, version, findings }`, `titles` those of the cases. */
export function tableOf(titles, columns) {
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
