import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import ts from 'typescript';

/** A call of a function of `src`. */
export interface Call {
  readonly file: string;
  /** `name`, `Class.name`, or `new Class`. A function inside another one has the name of the outermost. */
  readonly name: string;
  /** The object whose method this is. A plain function has none. */
  readonly object: TracedObject | undefined;
  /** The call of `src` that makes this one. The caller's own code and the event loop are none. */
  readonly caller: Call | undefined;
}

interface TracedObject {
  readonly id: number;
  readonly className: string;
}

export interface TracedPackage {
  /** The public names, from sources in which each function records its calls. */
  readonly memokit: typeof import('memokit');
  readonly store: typeof import('memokit/store');
  /** Runs a function, and returns the calls up to the end of its promise, if it returns one. */
  trace(run: () => unknown): Promise<Call[]>;
  /** The file of each class. */
  readonly fileOf: ReadonlyMap<string, string>;
}

/** Compiles the package with a record of each call of a function of `src`. */
export async function tracedPackage(): Promise<TracedPackage> {
  const fileOf = new Map<string, string>();
  const plugin: Plugin = {
    name: 'trace',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^recorder$/ }, ({ path }) => ({ path, namespace: 'trace' }));
      onLoad({ filter: /^recorder$/, namespace: 'trace' }, () => ({ contents: RECORDER }));
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
        contents: instrument(relative(process.cwd(), path), readFileSync(path, 'utf8'), fileOf),
        loader: 'ts',
      }));
    },
  };
  const contents =
    "export * as memokit from './src/index.ts'; export * as store from './src/adapters/index.ts'; export { trace } from 'recorder';";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.cwd() },
    bundle: true,
    format: 'cjs',
    keepNames: true,
    target: 'es2022',
    write: false,
    plugins: [plugin],
  });
  const folder = mkdtempSync(join(tmpdir(), 'memokit-trace-'));
  const file = join(folder, 'memokit.cjs');
  writeFileSync(file, outputFiles[0]!.text);
  try {
    return { ...require(file), fileOf };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const RECORDER = `
  let calls;
  let current;
  const ids = new WeakMap();
  let count = 0;

  function objectOf(self) {
    if (self === undefined) return undefined;
    if (!ids.has(self)) ids.set(self, ++count);
    return { id: ids.get(self), className: self.constructor.name };
  }

  export function enter(file, name, self) {
    const caller = current;
    if (calls === undefined) return caller;
    current = { file, name, object: objectOf(self), caller };
    calls.push(current);
    return caller;
  }

  export function exit(caller) {
    current = caller;
  }

  export async function trace(run) {
    calls = [];
    try {
      await run();
      return calls;
    } finally {
      calls = undefined;
    }
  }
`;

/** Adds the record of a call to each function of a source text, on the lines as they are. */
function instrument(file: string, text: string, fileOf: Map<string, string>): string {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits: { at: number; text: string }[] = [];

  /** @param outer The name of the outermost function around the node. `self` is how the node writes its object. */
  const visit = (node: ts.Node, outer: string | undefined, self: string): void => {
    if (ts.isClassDeclaration(node)) fileOf.set(node.name!.text, file);
    if (ts.isConstructorDeclaration(node) && node.body !== undefined) {
      const name = `new ${classNameOf(node)}`;
      // An object exists once the constructor of its base class has run. There is no other way out than the end.
      const base = node.body.statements.find(isSuperCall);
      const at = base?.end ?? node.body.getStart() + 1;
      edits.push({ at, text: `__exit(__enter(${JSON.stringify(file)}, ${JSON.stringify(name)}, this));` });
      ts.forEachChild(node, (child) => visit(child, name, 'undefined'));
      return;
    }
    if (!isTraced(node)) {
      ts.forEachChild(node, (child) => visit(child, outer, self));
      return;
    }
    const name = outer ?? nameOf(node);
    const own = selfOf(node, self);
    const { body } = node;
    const record = `const __caller = __enter(${JSON.stringify(file)}, ${JSON.stringify(name)}, ${own}); try {`;
    const isBlock = ts.isBlock(body);
    if (isBlock) edits.push({ at: body.getStart() + 1, text: record });
    else edits.push({ at: body.getStart(), text: `{ ${record} return ` });
    ts.forEachChild(node, (child) => visit(child, name, own));
    if (isBlock) edits.push({ at: body.end - 1, text: '} finally { __exit(__caller); }' });
    else edits.push({ at: body.end, text: '; } finally { __exit(__caller); } }' });
  };
  visit(source, undefined, 'undefined');

  edits.sort((a, b) => a.at - b.at);
  let traced = "import { enter as __enter, exit as __exit } from 'recorder';";
  let done = 0;
  for (const { at, text: added } of edits) {
    traced += text.slice(done, at) + added;
    done = at;
  }
  return traced + text.slice(done);
}

type Traced = ts.FunctionLikeDeclaration & { readonly body: ts.ConciseBody };

/** Whether a node is a function with a body. Generators are left out: their callers run them bit by bit. */
function isTraced(node: ts.Node): node is Traced {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return false;
  return !('asteriskToken' in node && node.asteriskToken !== undefined);
}

function nameOf(node: Traced): string {
  const { parent } = node;
  const named =
    node.name ?? (ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) ? parent.name : undefined);
  const name = named?.getText() ?? 'anonymous';
  const isMember = ts.isClassDeclaration(parent) || ts.isPropertyDeclaration(parent);
  return isMember ? `${classNameOf(node)}.${name}` : name;
}

function classNameOf(node: ts.Node): string {
  for (let each = node.parent; each !== undefined; each = each.parent) {
    if (ts.isClassDeclaration(each)) return each.name!.text;
  }
  return '';
}

/** How a function writes the object whose method it is, or of whose method it is part. */
function selfOf(node: Traced, outer: string): string {
  if (ts.isArrowFunction(node)) return ts.isPropertyDeclaration(node.parent) ? 'this' : outer;
  if (!ts.isClassDeclaration(node.parent)) return 'undefined';
  const isStatic =
    ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  return isStatic ? 'undefined' : 'this';
}

function isSuperCall(node: ts.Statement): boolean {
  if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return false;
  return node.expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}
