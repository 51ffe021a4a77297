/**
 * The goals: what memokit wants to be, and what a run says of it. A goal has
 *
 * - `title`; `judge(results)`: its findings, a `figure` each and `where` it was found. The worst of them counts.
 * - `most` or `least`: the bound of the figure, to two digits after the point. A goal that has neither is not missed.
 * - `aim`: what the figure should come to one day. It is reported and no more.
 * - `isMean`: the geometric mean of the findings counts. `isAgainst`: they need `--against`.
 */
import { BEFORE, OURS } from './builds.mjs';
import { geometricMean, ratioOf } from './statistics.mjs';
import { numberText } from './table.mjs';

const LRU = 'JSON.stringify + lru-cache';
const CACHED = `${OURS} @cached`;
const HITS = /^calls\/one (number|string), 1k keys$/;
const CLOSE = /^core\/.* close integers$/;
const OTHER = /^core\/(?!.* close integers$)/;
const isPeer = ({ names, limit }) => names.filter((name) => name !== limit && !name.startsWith(OURS));
const isStrict = ({ strict }) => strict;

const goals = [
  miss('miss and evict, close numbers', /evict, close/, 0.3, 0.15),
  miss('Zipf read-through, close numbers', /Zipf read-through, close/, 0.3, 0.16),
  miss('miss and evict, sparse numbers', /evict, (sparse|random) numbers/, 0.8),
  miss('miss and evict, strings', /evict, strings/, 0.8),
  miss('miss and evict, two primitives', /evict, (two numbers|number and string|two strings)/, 0.9),
  miss('miss and evict, an object result', /evict, an object/, 0.8),
  miss('miss and evict, a ttl', /evict, a ttl/, 1),
  {
    title: 'awaited miss with staleIfError, a collection between rounds: ours / the build before',
    most: 0.6,
    isAgainst: true,
    judge: peers(/^misses\/awaited/, () => [BEFORE]),
  },
  {
    title: 'load of the demo: ours / by hand, a Map and a linked list',
    most: 1,
    judge: peers(/^misses\/load of the demo/, ({ limit }) => [limit], [OURS, CACHED]),
  },
  { title: 'one number, hit: ours / raw Map', most: 2.1, judge: limit(/^calls\/one (close )?number, 1k keys$/) },
  {
    title: 'two primitives, hit: ours / micro-memoize',
    most: 0.93,
    judge: peers(/^calls\/(two (numbers|strings)|number and string), .* keys$/, () => ['micro-memoize']),
  },
  { title: 'LruCache, close integers: ours / fastest strict peer', most: 0.75, judge: peers(CLOSE, isStrict) },
  {
    title: 'LruCache, close integers, geometric mean: ours / fastest strict peer',
    aim: 0.4,
    isMean: true,
    judge: peers(CLOSE, isStrict),
  },
  {
    title: 'LruCache, close integers, get: ours / raw Map',
    most: 1,
    judge: limit(/^core\/get .* close integers$/),
  },
  { title: 'LruCache, other keys, geometric mean: ours / each strict peer', aim: 1, judge: means(OTHER, isStrict) },
  before('bytes of an entry, 1M random integers', /^memory of the core\/.* random integers$/, { most: 1.05 }),
  before('time to fill, 1M random integers', /^core, two builds\/set 1M random/, { most: 1.05 }),
  before('hits', /^(core|calls|@cached), two builds\/(?!set)/, { most: 1.03 }),
  before('instances', /^instances, two builds\//, { most: 1.02 }),
  before('bytes of an instance', /^memory of instances\//, { most: 1 }),
  before('depth of recursion', /^depth of recursion\//, { least: 0.95 }),
  { title: 'one string, hit: ours / raw Map', aim: 1.8, judge: limit(/^calls\/one string, 1k keys$/) },
  { title: 'one fresh string, hit: ours / raw Map', aim: 1.4, judge: limit(/^calls\/one fresh string/) },
  { title: 'no argument: ours / a checked variable', aim: 1.5, judge: limit(/^calls\/no argument$/) },
  {
    title: 'one number or string, hit: ours / typescript-memoize',
    aim: 0.5,
    judge: peers(HITS, () => ['typescript-memoize'], [OURS, CACHED]),
  },
  { title: 'three primitives, hit: ours / fastest peer', aim: 0.8, judge: peers(/^calls\/three primitives/, isPeer) },
  {
    title: `small and nested object, hit: ours / ${LRU}`,
    aim: 0.75,
    judge: peers(/^calls\/(small|nested) object/, () => [LRU]),
  },
  { title: 'hit: with ttl / without', aim: 1.3, judge: peers(/^calls\/.* ttl$/, () => [`${OURS} without ttl`]) },
  { title: 'async hit: ours / a Map of promises', aim: 1.8, judge: limit(/^calls\/async/) },
  {
    title: 'a hit of each of 200k instances / of one, beside the same field reads',
    aim: 1.5,
    judge: peers(/^instances, with the same/, () => [`${OURS}, one`], [`${OURS}, each`]),
  },
  { title: 'core, four caches alive: ours / mnemonist', aim: 0.92, judge: peers(/^core, four/, () => ['mnemonist']) },
  { title: 'core, four caches alive: ours / lru-cache', aim: 0.8, judge: peers(/^core, four/, () => ['lru-cache']) },
  { title: 'core: with ttl / without', aim: 1.35, judge: peers(/^core with ttl\//, () => [`${OURS} without ttl`]) },
  { title: 'bytes of an entry: ours / lru-cache', aim: 1, judge: peers(/core\/an entry/, () => ['lru-cache']) },
  { title: 'bytes of an empty cache', aim: 4000, judge: amounts(/core\/an empty cache/) },
  { title: 'bytes of an instance with one entry', aim: 250, judge: amounts(/instances\/.* 1 entry/) },
  { title: 'growth of our time from 1k entries to 1M / that of a raw Map', aim: 1.15, judge: growth },
  { title: 'worst step on the way to 1M entries: ours / raw Map', aim: 1.5, judge: limit(/^worst step\//) },
  {
    title: 'hit on disk: ours / fastest asynchronous peer with a file for each entry',
    aim: 0.2,
    judge: peers(/^stores\/hit/, () => ['memoize-fs', 'cache-point', 'async-disk-cache']),
  },
  { title: 'hit on disk: ours / files by hand, read synchronously', aim: 1, judge: limit(/^stores\/hit/) },
  {
    title: 'hit: with observers installed / without',
    most: 1.03,
    judge: peers(/^observers\/hit/, () => [OURS], [`${OURS}, observers installed`]),
  },
  { title: 'miss: what subscribers of all channels add, in ns', most: 1000, judge: added },
  { title: 'hit in memory: with a store behind / without', aim: 1.1, judge: limit(/^stores, in memory\//) },
  {
    title: 'fleet, hit of the first tier: ours / layered-loader',
    most: 1,
    judge: peers(/^fleet, hits\/first/, () => ['layered-loader']),
  },
  {
    title: 'fleet, hit of the second tier: ours / fastest peer',
    aim: 0.71,
    judge: peers(/^fleet, hits\/second/, isPeer),
  },
  { title: 'fleet, loads of a cold key', most: 1, judge: amounts(/^fleet, counts\/.* cold key$/) },
  { title: 'fleet, loads of a hot key', most: 6, judge: amounts(/^fleet, counts\/.* hot key/) },
  { title: 'fleet, stale or overwritten values', most: 0, judge: amounts(/^fleet, counts\/(stale|newer)/) },
  {
    title: 'fleet, slowest read while the server is killed, in ms',
    aim: 20,
    judge: amounts(/killed for 2 s: slowest/),
  },
  {
    title: 'fleet, slowest read while the server is frozen, in ms',
    most: 250,
    judge: amounts(/frozen for 2 s: slowest/),
  },
];

/**
 * Each goal with what was `measured`, in which cell it was `worst`, and the `verdict` on it; the first two are missing
 * when nothing of it was measured. `results` are `{ id, cell, contenders }`, of these builds.
 */
export function verdictsOn(results, builds) {
  return goals.map((goal) => {
    const { title, most, least, aim, isAgainst } = goal;
    const bounds = { title, most, least, aim };
    if (isAgainst && builds.length === 1) return { ...bounds, verdict: 'needs --against' };
    const findings = goal
      .judge(results)
      .sort((a, b) => (least === undefined ? b.figure - a.figure : a.figure - b.figure));
    if (findings.length === 0) return { ...bounds, verdict: 'not measured' };
    const [{ figure, where }] = findings;
    const measured = goal.isMean ? geometricMean(findings.map((finding) => finding.figure)) : figure;
    return {
      ...bounds,
      measured,
      worst: `${where}${goal.isMean ? `: ${numberText(figure)}` : ''}`,
      verdict: verdictOn(measured, goal),
    };
  });
}

function verdictOn(measured, { most = Number.POSITIVE_INFINITY, least = 0, aim }) {
  const shown = Number(measured.toFixed(2));
  if (shown > most) return 'over';
  if (shown < least) return 'under';
  if (aim === undefined) return 'ok';
  const hasBound = most !== Number.POSITIVE_INFINITY || least !== 0;
  return `${hasBound ? 'ok, ' : ''}${shown <= aim ? 'aim met' : 'aim not met'}`;
}

/** The verdicts as Markdown. */
export function goalsTable(verdicts) {
  const lines = verdicts.map(({ title, most, least, aim = '', measured, worst = '', verdict }) => {
    const bound = most === undefined ? (least === undefined ? '' : `at least ${least}`) : `at most ${most}`;
    return [title, bound, aim, measured === undefined ? '–' : numberText(measured), worst, verdict];
  });
  const head = [
    ['goal', 'bound', 'aim', 'measured', 'worst cell', ''],
    ['---', '--:', '--:', '--:', '---', '---'],
  ];
  return [...head, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A goal of cells that miss. */
function miss(name, pattern, most, aim) {
  return {
    title: `${name}: ours / ${LRU}`,
    most,
    aim,
    judge: peers(new RegExp(`^misses/${pattern.source}`), () => [LRU]),
  };
}

/** A goal of what must not have become worse. */
function before(name, pattern, bound) {
  const failed = bound.least === undefined ? Number.POSITIVE_INFINITY : 0;
  return {
    title: `${name}: ours / the build before`,
    ...bound,
    isAgainst: true,
    judge: (results) =>
      matching(results, pattern).flatMap(({ id, contenders }) =>
        Object.keys(contenders)
          .filter((name) => name.startsWith(BEFORE) && contenders[name].failed === undefined)
          .map((name) => {
            const ours = contenders[name.replace(BEFORE, OURS)];
            return { where: id, figure: ours.failed === undefined ? between(ours, contenders[name]) : failed };
          }),
      ),
  };
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

/** Judges by the geometric mean of the ratios to each of some others. */
function means(pattern, namesOf) {
  return (results) => {
    const cells = matching(results, pattern);
    return [...new Set(cells.flatMap(({ cell }) => namesOf(cell)))].flatMap((peer) => {
      const both = cells.filter(({ contenders }) => contenders[peer]?.ratio !== undefined);
      if (both.length === 0) return [];
      const figures = both.map(({ contenders }) => between(contenders[OURS], contenders[peer]));
      return [{ where: `${both.length} cells: ${OURS} / ${peer}`, figure: geometricMean(figures) }];
    });
  };
}

/** Judges by bytes. */
function amounts(pattern) {
  return (results) =>
    matching(results, pattern).map(({ id, contenders }) => ({
      where: id,
      figure: contenders[OURS].amount ?? Number.POSITIVE_INFINITY,
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

/** Judges by the nanoseconds that subscribers add. */
function added(results) {
  return matching(results, /^observers\/.*miss/).map(({ id, contenders }) => ({
    where: id,
    figure: contenders[`${OURS}, channels subscribed`].time - contenders[OURS].time,
  }));
}

function matching(results, pattern) {
  return results.filter(({ id }) => pattern.test(id));
}

/** One contender's time to another's, of the same rounds where they ran together. */
function between(ours, theirs) {
  if (ours.failed !== undefined) return Number.POSITIVE_INFINITY;
  return ours.times && ours.group === theirs.group ? ratioOf(ours.times, theirs.times) : ours.ratio / theirs.ratio;
}

function figureOf({ ratio = Number.POSITIVE_INFINITY }) {
  return ratio;
}
