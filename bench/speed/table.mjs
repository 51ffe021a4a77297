/** The table: a family as Markdown, a row for each cell and a column for each contender. */

const NANOSECONDS = { ns: 1, ms: 1e6 };

/** `rows` are `{ cell, contenders }` of one family. */
export function tableOf(rows) {
  const [{ cell: first }] = rows;
  const names = [...new Set(rows.flatMap(({ cell }) => cell.names))].filter((name) => name !== first.limit);
  const unit = first.unit ?? 'ns';
  const notes = [];
  const lines = [
    [first.family, first.limit, ...names],
    ['---', ...['', ...names].map(() => '--:')],
    ...rows.map(({ cell, contenders }) => [
      cell.name,
      limitText(contenders[cell.limit], unit, notes),
      ...names.map((name) => textOf(contenders[name], notes)),
    ]),
  ];
  return [...lines.map((cells) => `| ${cells.join(' | ')} |`), ...footnotes(notes)].join('\n');
}

export function numberText(number) {
  return number.toFixed(number < 10 ? 2 : number < 100 ? 1 : 0);
}

function limitText(limit, unit, notes) {
  if (limit === undefined || limit.failed) return textOf(limit, notes);
  return `${withCommas(limit.amount ?? limit.time / NANOSECONDS[unit])} ${unit}`.trim();
}

function textOf(contender, notes) {
  if (contender === undefined) return '–';
  if (contender.failed !== undefined) return `✗${footnote(contender.failed, notes)}`;
  return contender.amount === undefined ? numberText(contender.ratio) : withCommas(contender.amount);
}

function withCommas(number) {
  if (Number.isInteger(number)) return number.toLocaleString('en');
  return number < 1000 ? numberText(number) : Math.round(number).toLocaleString('en');
}

function footnote(note, notes) {
  if (!notes.includes(note)) notes.push(note);
  return `<sup>${notes.indexOf(note) + 1}</sup>`;
}

function footnotes(notes) {
  return notes.length === 0 ? [] : ['', ...notes.map((note, i) => `${i + 1}. ${note}`)];
}
