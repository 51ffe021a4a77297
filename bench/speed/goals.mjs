/** The goals: what memokit wants to be, and what a run says of it. A goal is judged by the worst cell it speaks of. */
import { geometricMean, ratioOf } from './statistics.mjs';
import { numberText } from './table.mjs';

const OURS = 'memokit';
const PRIMITIVES = /^calls\/(two|three|number and string).* keys$/;
const GROWTH = 'growth of our time from 1k entries to 1M / that of a raw Map';

const goals = [
  { title: 'one number, one string: ours / raw Map', most: 1.8, judge: limit(/^calls\/one (number|string), 1k keys$/) },
  { title: 'one fresh string: ours / raw Map', most: 1.4, judge: limit(/^calls\/one fresh string/) },
  { title: 'no argument: ours / a checked variable', most: 1.5, judge: limit(/^calls\/no argument$/) },
  {
    title: 'one number or string: ours / typescript-memoize',
    most: 0.5,
    judge: peers(/^calls\/one (number|string), 1k keys$/, () => ['typescript-memoize'], [OURS, `${OURS} @cached`]),
  },
  {
    title: 'two and three primitives: ours / fastest peer',
    most: 0.8,
    judge: peers(PRIMITIVES, ({ names, limit }) => names.filter((name) => name !== limit && !name.startsWith(OURS))),
  },
  {
    title: 'small and nested object: ours / JSON.stringify + lru-cache',
    most: 0.75,
    judge: peers(/^calls\/(small|nested) object/, () => ['JSON.stringify + lru-cache']),
  },
  { title: 'calls: with ttl / without', most: 1.3, judge: peers(/^calls\/.* ttl$/, () => [`${OURS} without ttl`]) },
  { title: 'async hit: ours / a Map of promises', most: 1.8, judge: limit(/^calls\/async/) },
  {
    title: 'a hit of each of 200k instances / of one, beside the same field reads',
    most: 1.5,
    judge: peers(/^instances, with the same/, () => [`${OURS}, one`], [`${OURS}, each`]),
  },
  { title: 'core, each cell: ours / fastest strict peer', most: 1.03, judge: peers(/^core\//, ({ strict }) => strict) },
  {
    title: 'core, geometric mean of all cells: ours / fastest strict peer',
    most: 0.92,
    judge: peers(/^core\//, ({ strict }) => strict),
    isMean: true,
  },
  { title: 'core, four caches alive: ours / mnemonist', most: 0.92, judge: peers(/^core, four/, () => ['mnemonist']) },
  { title: 'core, four caches alive: ours / lru-cache', most: 0.8, judge: peers(/^core, four/, () => ['lru-cache']) },
  {
    title: 'core: with ttl / without',
    most: 1.35,
    judge: peers(/^core with ttl\//, () => [`${OURS} without ttl`]),
  },
  { title: 'bytes of an entry: ours / lru-cache', most: 1, judge: weights(/core\/an entry/, 'lru-cache') },
  { title: 'bytes of an empty cache', most: 4000, judge: weights(/core\/an empty cache/) },
  { title: 'bytes of an instance with one entry', most: 250, judge: weights(/instances\/.* 1 entry/) },
  { title: GROWTH, most: 1.15, judge: growth },
  { title: 'worst step on the way to 1M entries: ours / raw Map', most: 1.5, judge: limit(/^worst step\//) },
];

/**
 * Each goal with what was `measured`, in which cell it was `worst`, and whether it `isMet`; these three are missing when
 * nothing of it was measured. `results` are `{ id, cell, contenders }`.
 */
export function verdictsOn(results) {
  return goals.map(({ title, most, judge, isMean }) => {
    const findings = judge(results).sort((a, b) => b.figure - a.figure);
    if (findings.length === 0) return { title, most };
    const [{ figure, where }] = findings;
    const measured = isMean ? geometricMean(findings.map((finding) => finding.figure)) : figure;
    return { title, most, measured, worst: where, isMet: measured <= most };
  });
}

/** The verdicts as Markdown. */
export function goalsTable(verdicts) {
  const lines = verdicts.map(({ title, most, measured, worst, isMet }) =>
    measured === undefined
      ? [title, most, '–', '', 'not measured']
      : [title, most, numberText(measured), worst, isMet ? 'ok' : 'over'],
  );
  const head = [
    ['goal', 'at most', 'measured', 'worst cell', ''],
    ['---', '--:', '--:', '---', '---'],
  ];
  return [...head, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Judges by the ratio to the limit. */
function limit(pattern) {
  return (results) =>
    matching(results, pattern).map(({ id, contenders }) => ({ where: id, figure: figureOf(contenders[OURS]) }));
}

/** Judges by the ratio to the fastest of some others. */
function peers(pattern, namesOf, ours = [OURS]) {
  return (results) =>
    matching(results, pattern).flatMap(({ id, cell, contenders }) =>
      ours.flatMap((name) =>
        namesOf(cell)
          .filter((peer) => contenders[peer]?.ratio !== undefined)
          .map((peer) => ({
            where: `${id}: ${name} / ${peer}`,
            figure: between(contenders[name], contenders[peer]),
          }))
          .sort((a, b) => b.figure - a.figure)
          .slice(0, 1),
      ),
    );
}

/** Judges by bytes, or by their ratio to another's. */
function weights(pattern, peer) {
  return (results) =>
    matching(results, pattern)
      .filter(({ contenders }) => peer === undefined || contenders[peer]?.bytes !== undefined)
      .map(({ id, contenders }) => ({
        where: id,
        figure: (contenders[OURS].bytes ?? Number.POSITIVE_INFINITY) / (contenders[peer]?.bytes ?? 1),
      }));
}

/** Judges by how the ratio to the limit changes from a thousand entries to a million. */
function growth(results) {
  return matching(results, /^core\/.* 1M /).flatMap(({ id, contenders }) => {
    const [small] = results.filter((result) => result.id === id.replace(' 1M ', ' 1k '));
    if (small === undefined) return [];
    return [{ where: id, figure: figureOf(contenders[OURS]) / figureOf(small.contenders[OURS]) }];
  });
}

function matching(results, pattern) {
  return results.filter(({ id }) => pattern.test(id));
}

/** One contender's time to another's, of the same rounds where they ran together. */
function between(ours, theirs) {
  if (ours.failed !== undefined) return Number.POSITIVE_INFINITY;
  return ours.group === theirs.group ? ratioOf(ours.times, theirs.times) : ours.ratio / theirs.ratio;
}

function figureOf({ ratio = Number.POSITIVE_INFINITY }) {
  return ratio;
}
