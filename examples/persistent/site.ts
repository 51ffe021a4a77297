import { createRequire } from 'node:module';
import { memoize } from 'memokit';
import type { DiskStore } from 'memokit/disk';
import type { DeclarationStatement } from 'typescript';
import { escaped, inline, partsOf } from './markdown.js';

/** Loads the compiler, which takes a second. A run that finds everything in the store does without. */
const loadCompiler = async () => (await import('typescript')).default;
const { version: compilerVersion } = createRequire(import.meta.url)('typescript/package.json') as { version: string };

/** The versions of the functions whose results are stored. Whoever changes a function changes its version. */
export interface Versions {
  readonly highlight: number;
}

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

/**
 * Makes the functions that build the site. Each result is stored, under the arguments and the version of its function; the
 * arguments are the contents of files, so nobody has to find out which files were changed.
 *
 * @param ran Told what each call of a method computes, so that the example can print it.
 */
export function siteOver(store: DiskStore, versions: Versions, ran: (what: string) => void) {
  const keep = memoize.with({ store, capacity: 1000 });

  /** Compiles a program to JavaScript, which the page shows beside it. */
  const compile = keep(
    async function compile(code: string): Promise<string> {
      ran(`compile ${firstLineOf(code)}`);
      const ts = await loadCompiler();
      const compilerOptions = { target: ts.ScriptTarget.ES2021, module: ts.ModuleKind.ESNext };
      return ts.transpileModule(code, { compilerOptions, reportDiagnostics: true }).outputText;
    },
    { version: compilerVersion },
  );

  /** Marks the words of a program with the kinds that they have for the compiler. */
  const highlight = keep(
    async function highlight(code: string): Promise<string> {
      ran(`highlight ${firstLineOf(code)}`);
      const ts = await loadCompiler();
      const prefix = versions.highlight === 1 ? 'is' : `v${versions.highlight}`;
      const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, code);
      let html = '';
      for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
        html += `<i class="${prefix}-${ts.SyntaxKind[kind]}">${escaped(scanner.getTokenText())}</i>`;
      }
      return html;
    },
    { version: versions.highlight },
  );

  /** Finds the title and the headings of a page. */
  const outline = keep(
    function outline(name: string, markdown: string): Outline {
      ran(`outline ${name}`);
      const headings = partsOf(markdown).flatMap((part) => (part.kind === 'heading' ? [part.text] : []));
      return { name, title: headings[0] ?? name, headings: headings.slice(1) };
    },
    { version: 1 },
  );

  /** Renders a page. It calls `highlight` and `compile`, so its version has theirs in it. */
  const page = keep(
    async function page(name: string, markdown: string): Promise<string> {
      ran(`page ${name}`);
      const rendered = partsOf(markdown).map(async (part) => {
        if (part.kind === 'heading') return `<h${part.level}>${inline(part.text)}</h${part.level}>`;
        if (part.kind === 'code') return `<pre>${escaped(part.code)}</pre>`;
        if (part.kind === 'text') return `<p>${inline(part.text)}</p>`;
        const [html, compiled] = await Promise.all([highlight(part.code), compile(part.code)]);
        return `<pre>${html}</pre><pre hidden>${escaped(compiled)}</pre>`;
      });
      const html = await Promise.all(rendered);
      return `<!doctype html>\n<title>${escaped(name)}</title>\n${html.join('\n')}\n`;
    },
    { version: `1, highlight ${versions.highlight}, compile ${compilerVersion}` },
  );

  /** Finds the names that a module exports. */
  const exportsOf = keep(
    async function exportsOf(name: string, code: string): Promise<Exports> {
      ran(`exports ${name}`);
      const ts = await loadCompiler();
      const file = ts.createSourceFile(name, code, ts.ScriptTarget.Latest);
      const names = file.statements.flatMap((statement) => {
        const isExported =
          ts.canHaveModifiers(statement) &&
          statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
        const { name } = statement as DeclarationStatement;
        return isExported && name !== undefined && ts.isIdentifier(name) ? [name.text] : [];
      });
      return { name, names };
    },
    { version: compilerVersion },
  );

  /**
   * Renders the list of all pages and modules. Its arguments are what these say of themselves, so it is not rendered again
   * where that stays the same.
   */
  const index = keep(
    function index(outlines: readonly Outline[], modules: readonly Exports[]): string {
      ran('index');
      const items = [
        ...outlines.map(
          ({ name, title, headings }) => `<a href="${name}.html">${inline(title)}</a>: ${headings.length} sections`,
        ),
        ...modules.map(({ name, names }) => `${escaped(name)}: ${escaped(names.join(', '))}`),
      ];
      return `<!doctype html>\n<title>All pages</title>\n<ul>\n<li>${items.join('\n<li>')}\n</ul>\n`;
    },
    { version: 1 },
  );

  return { page, outline, index, exportsOf };
}

/** The first line of a program after its imports, by which the example names it. */
export function firstLineOf(code: string): string {
  const lines = code.trim().split('\n');
  return (lines.find((line) => line !== '' && !line.startsWith('import ')) ?? lines[0]!).slice(0, 40);
}
