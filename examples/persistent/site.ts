import { createRequire } from 'node:module';
import { memoize } from 'memokit';
import { type DiskStore, fingerprint } from 'memokit/disk';
import type { DeclarationStatement } from 'typescript';
import { escaped, inline, partsOf } from './markdown.js';

/** What a page has for the list of all pages. */
export interface Outline {
  readonly name: string;
  readonly title: string;
  readonly headings: readonly string[];
}

/** What a module has for the list of all modules. */
export interface Exports {
  readonly name: string;
  readonly names: readonly string[];
}

/** Loads the compiler, which takes a second. A run that finds everything in the store does without. */
const loadCompiler = async () => (await import('typescript')).default;
const { version: compilerVersion } = createRequire(import.meta.url)('typescript/package.json') as { version: string };

/**
 * Makes the functions that build the site. Each result is stored under the arguments and the version of its function. The
 * arguments are the contents of files, so nobody has to find out which files were changed. A version is the fingerprint
 * of the functions that the result depends on.
 *
 * @param mark Highlights a program.
 * @param ran Told what each call of a method computes, so that the example can print it.
 */
export function siteOver(store: DiskStore, mark: (code: string) => Promise<string>, ran: (what: string) => void) {
  const keep = memoize.with({ store, capacity: 1000 });

  const highlight = keep(
    (code: string) => {
      ran(`highlight ${firstLineOf(code)}`);
      return mark(code);
    },
    { name: 'highlight', version: fingerprint(mark, escaped) },
  );

  const compile = keep(
    (code: string) => {
      ran(`compile ${firstLineOf(code)}`);
      return compiled(code);
    },
    { name: 'compile', version: `${fingerprint(compiled)} ${compilerVersion}` },
  );

  /** Renders a page. It shows what `highlight` and `compile` return, so its version depends on what theirs depend on. */
  const page = keep(
    async (name: string, markdown: string) => {
      ran(`page ${name}`);
      const parts = partsOf(markdown).map(async (part) => {
        if (part.kind === 'heading') return `<h${part.level}>${inline(part.text)}</h${part.level}>`;
        if (part.kind === 'code') return `<pre>${escaped(part.code)}</pre>`;
        if (part.kind === 'text') return `<p>${inline(part.text)}</p>`;
        const [html, js] = await Promise.all([highlight(part.code), compile(part.code)]);
        return `<pre>${html}</pre><pre hidden>${escaped(js)}</pre>`;
      });
      return `<!doctype html>\n<title>${escaped(name)}</title>\n${(await Promise.all(parts)).join('\n')}\n`;
    },
    { name: 'page', version: `${fingerprint(partsOf, inline, escaped, mark, compiled)} ${compilerVersion}` },
  );

  const outline = keep(
    (name: string, markdown: string): Outline => {
      ran(`outline ${name}`);
      const headings = partsOf(markdown).flatMap((part) => (part.kind === 'heading' ? [part.text] : []));
      return { name, title: headings[0] ?? name, headings: headings.slice(1) };
    },
    { name: 'outline', version: fingerprint(partsOf) },
  );

  const exportsOf = keep(
    (name: string, code: string) => {
      ran(`exports ${name}`);
      return exportsIn(name, code);
    },
    { name: 'exports', version: `${fingerprint(exportsIn)} ${compilerVersion}` },
  );

  /**
   * Renders the list of all pages and modules. Its arguments are what these say of themselves, so it is not rendered again
   * where that stays the same.
   */
  const index = keep(
    (outlines: readonly Outline[], modules: readonly Exports[]): string => {
      ran('index');
      const items = [
        ...outlines.map(
          ({ name, title, headings }) => `${inline(`[${title}](${name}.html)`)}: ${headings.length} sections`,
        ),
        ...modules.map(({ name, names }) => `${escaped(name)}: ${escaped(names.join(', '))}`),
      ];
      return `<!doctype html>\n<title>All pages</title>\n<ul>\n<li>${items.join('\n<li>')}\n</ul>\n`;
    },
    { name: 'index', version: fingerprint(inline, escaped) },
  );

  return { page, outline, exportsOf, index };
}

/** Marks the words of a program with the names of the kinds that they have for the compiler. */
export async function markedByName(code: string): Promise<string> {
  const ts = await loadCompiler();
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, code);
  let html = '';
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    html += `<i class="${ts.SyntaxKind[kind]}">${escaped(scanner.getTokenText())}</i>`;
  }
  return html;
}

/** What `markedByName` might be after a change: its classes have one letter. */
export async function markedByLetter(code: string): Promise<string> {
  return (await markedByName(code)).replace(/class="([A-Z])\w*"/g, 'class="$1"');
}

/** Compiles a program to JavaScript, which the page has beside it. */
async function compiled(code: string): Promise<string> {
  const ts = await loadCompiler();
  const compilerOptions = { target: ts.ScriptTarget.ES2021, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** Finds the names that a module exports. */
async function exportsIn(name: string, code: string): Promise<Exports> {
  const ts = await loadCompiler();
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest);
  const names = file.statements.flatMap((statement) => {
    const isExported =
      ts.canHaveModifiers(statement) && statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    const { name } = statement as DeclarationStatement;
    return isExported && name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
  });
  return { name, names };
}

/** The first line of a program after its imports, by which the example names it. */
export function firstLineOf(code: string): string {
  const lines = code.trim().split('\n');
  return (lines.find((line) => line !== '' && !line.startsWith('import ')) ?? lines[0]!).slice(0, 40);
}
