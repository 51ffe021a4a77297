/** The calls of a cached function, as `/metrics` counts them. */
export interface Gets {
  readonly hits: number;
  readonly all: number;
}

/** Reads the counts of one cache from what `/metrics` gives. */
export function getsOf(text: string, cache: string): Gets {
  let [hits, all] = [0, 0];
  for (const [, labels, value] of text.matchAll(/^cache_gets_total\{(.*)\} (\S+)$/gm)) {
    if (!labels!.split(',').includes(`cache="${cache}"`)) continue;
    all += Number(value);
    if (labels!.includes('result="hit"')) hits += Number(value);
  }
  return { hits, all };
}
