import { color } from '../color.js';
import type { SpanTree } from './collector.js';

/** Draws trees of spans, a line for each span: when it began, how long it took, and what it came to. */
export function linesOf(trees: readonly SpanTree[], since = trees[0]?.start ?? 0): string[] {
  return trees.flatMap((tree) => drawn(tree, since, '', ''));
}

function drawn(tree: SpanTree, since: number, lead: string, below: string): string[] {
  const { children } = tree;
  const times = [tree.start - since, tree.duration].map((ms) => ms.toFixed(1).padStart(7));
  const [at, took] = times as [string, string];
  const line = `${color.dim(`${at}  ${took} ms`)}  ${lead}${tree.name}${color.dim(`  ${outcomeOf(tree)}`)}`;
  return [
    line.trimEnd(),
    ...children.flatMap((child, index) => {
      const isLast = index === children.length - 1;
      return drawn(child, since, `${below}${isLast ? '└─ ' : '├─ '}`, `${below}${isLast ? '   ' : '│  '}`);
    }),
  ];
}

/** What a span tells of its end. */
function outcomeOf({ attributes, links, hasFailed, ...span }: SpanTree): string {
  const status = attributes['http.response.status_code'];
  const [cacheStatus] = [attributes['http.response.header.cache-status']].flat();
  const query = `${attributes['db.query.text'] ?? ''}`.split(' ', 1)[0];
  const load = attributes['cache.load.outcome'];
  const waited = links.length > 0 ? `linked to ${links.map(shortId).join(', ')}` : undefined;
  const name = load === undefined ? undefined : shortId(span.id);
  const failure = hasFailed ? 'error' : undefined;
  return [status, cacheStatus, query, load, name, waited, failure].filter(Boolean).join(', ');
}

/** Enough of a span's id to tell it from the others on the screen. */
function shortId(id: string): string {
  return `#${id.slice(0, 4)}`;
}
