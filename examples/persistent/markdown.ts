/** A page of Markdown as the parts that the example renders. */
export type Part =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'program'; readonly code: string }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'text'; readonly text: string };

/** Splits a page into headings, fenced code and paragraphs. */
export function partsOf(page: string): Part[] {
  const parts: Part[] = [];
  for (const [, language, code, heading, text] of page.matchAll(PART)) {
    if (code !== undefined) parts.push({ kind: language === 'ts' ? 'program' : 'code', code });
    else if (heading !== undefined)
      parts.push({ kind: 'heading', level: heading.indexOf(' '), text: titleOf(heading) });
    else if (text?.trim()) parts.push({ kind: 'text', text: text.trim() });
  }
  return parts;
}

/** A fenced block, a heading, or the lines up to an empty one, to a heading or to a block. */
const PART = /^```(.*)\n((?:.*\n)*?)```$|^(#+ .*)$|((?:(?!```|#+ ).+\n?)+)/gm;

function titleOf(heading: string): string {
  return heading.replace(/^#+ /, '').replaceAll('`', '');
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Renders the links, code spans and bold words of a paragraph. */
export function inline(text: string): string {
  return escaped(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<b>$1</b>')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '<a href="$2">$1</a>');
}
