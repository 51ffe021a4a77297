/** The picture: a few telling cells as bars, how many times the limit each contender takes. An SVG. */
import * as echarts from 'echarts';
import { numberText } from './table.mjs';

const PANELS = [
  {
    title: 'LruCache, times a raw Map',
    names: ['memokit', 'mnemonist', 'lru-cache', 'quick-lru'],
    cells: {
      'core/get 1k strings': 'get, 1k strings',
      'core/update 1k integers': 'update, 1k integers',
      'core/churn 1k strings': 'churn, 1k strings',
      'core/read-through 100k strings': 'read-through, 100k strings',
    },
  },
  {
    title: 'memoize, times what an expert writes by hand',
    names: ['memokit', 'typescript-memoize', 'memoizee', 'JSON.stringify + lru-cache'],
    cells: {
      'calls/one number, 1k keys': 'one number',
      'calls/two strings, 1k keys': 'two strings',
      'calls/small object, 1k keys': 'small object',
      'calls/async hit, one number, 1k keys': 'async hit',
    },
  },
];
export const pictured = PANELS.flatMap(({ cells }) => Object.keys(cells));

/** Readable on white and on black. */
const INK = '#7d8590';
const LINE = '#7d859055';
const COLOURS = ['#2f81f7', '#8b949e', '#d29922', '#a371f7'];

/** `results` are `{ id, contenders }`, with all that is `pictured`; `caption` says what they were measured on. */
export function pictureOf(results, caption) {
  const [width, height] = [900, 480];
  const chart = echarts.init(null, undefined, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'system-ui, sans-serif', color: INK },
    title: [
      ...PANELS.map(({ title }, i) => text(title, { left: `${50 * i + 1}%`, top: 8, size: 14 })),
      text(`Shorter is faster. ${caption}`, { left: '1%', bottom: 6, size: 11 }),
    ],
    legend: PANELS.map(({ names }, i) => ({
      data: names.map((name) => keyOf(i, name)),
      formatter: (key) => key.slice(2),
      left: `${50 * i + 1}%`,
      top: 34,
      width: '42%',
      itemWidth: 12,
      itemHeight: 10,
      itemGap: 15,
      textStyle: { color: INK, fontSize: 11 },
    })),
    grid: PANELS.map((_, i) => ({ left: `${50 * i + 17}%`, width: '29%', top: 92, bottom: 48 })),
    xAxis: PANELS.map((_, i) => ({
      gridIndex: i,
      type: 'value',
      axisLabel: { color: INK },
      splitLine: { lineStyle: { color: LINE } },
    })),
    yAxis: PANELS.map(({ cells }, i) => ({
      gridIndex: i,
      type: 'category',
      inverse: true,
      data: Object.values(cells),
      axisLabel: { color: INK, width: 130, overflow: 'break' },
      axisLine: { lineStyle: { color: INK } },
      axisTick: { show: false },
    })),
    series: PANELS.flatMap((panel, i) => panel.names.map((name, j) => seriesOf(panel, i, name, j, results))),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function seriesOf({ cells }, panel, name, colour, results) {
  return {
    name: keyOf(panel, name),
    type: 'bar',
    xAxisIndex: panel,
    yAxisIndex: panel,
    itemStyle: { color: COLOURS[colour] },
    label: { show: true, position: 'right', color: INK, fontSize: 10, formatter: ({ value }) => numberText(value) },
    data: Object.keys(cells).map((id) => results.find((result) => result.id === id).contenders[name].ratio),
  };
}

/** A name of its own in each panel, since the legend would join equal ones. */
function keyOf(panel, name) {
  return `${panel} ${name}`;
}

function text(words, { size, ...place }) {
  return { text: words, textStyle: { fontSize: size, fontWeight: 'normal', color: INK }, ...place };
}
