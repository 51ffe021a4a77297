import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Programs with one mistake each, which compilers must refuse. A program records the compiler's error in comments above
 * the line of the mistake:
 *
 *     // expect: a part of the error's first line … a part of what follows
 *     // expect 5.0 5.4 legacy: the same for these versions in this dialect
 *     // expect 5.0: nothing
 *
 * The last comment that applies counts. `nothing` says that the compiler cannot find the mistake.
 */
const DIRECTORY = '__tests__/consumer/wrong';

/** The names of all wrong programs, as the compiler prints them. */
export const WRONG_PROGRAMS: readonly string[] = readdirSync(DIRECTORY).map((name) => `wrong/${name}`);

/** Returns the compiler's errors: the file, the line and the text, whose lines are trimmed. */
export function errorsOf(output: string): { file: string; line: number; text: string }[] {
  return [...output.matchAll(/^(\S+)\((\d+),\d+\): error TS\d+: (.*(?:\n\s+.*)*)/gm)].map(([, file, line, text]) => ({
    file: file!,
    line: Number(line),
    text: text!.replace(/\n\s*/g, '\n'),
  }));
}

/** Returns the wrong programs of which the compiler says anything but what they record, each with what it says. */
export function surprises(output: string, version: string, dialect: string): string[] {
  const errors = errorsOf(output);
  return WRONG_PROGRAMS.flatMap((file) => {
    const { line, parts } = recorded(readFileSync(join(DIRECTORY, '..', file), 'utf8'), version, dialect);
    const found = errors.filter((error) => error.file === file);
    const isExpected =
      parts === undefined
        ? found.length === 0
        : found.length > 0 && found.every((error) => error.line === line) && hasParts(found[0]!.text, parts);
    return isExpected ? [] : [`${file}: ${found.map(({ line, text }) => `(${line}) ${text}`).join('\n') || 'nothing'}`];
  });
}

/** Returns the line of the mistake and the parts of the expected error. `undefined` means that no error is expected. */
function recorded(program: string, version: string, dialect: string): { line: number; parts: string[] | undefined } {
  const lines = program.split('\n');
  const first = lines.findIndex((line) => line.includes('// expect'));
  const comments = lines.slice(first, first + lines.slice(first).findIndex((line) => !line.includes('// expect')));
  const texts = comments.flatMap((comment) => {
    const [, only, text] = /\/\/ expect((?: [\w.]+)*): (.*)/.exec(comment)!;
    const words = only!.split(' ').filter((word) => word !== '');
    const versions = words.filter((word) => /^\d/.test(word));
    const dialects = words.filter((word) => !/^\d/.test(word));
    const applies = (given: string[], actual: string) => given.length === 0 || given.includes(actual);
    return applies(versions, version) && applies(dialects, dialect) ? [text!] : [];
  });
  const text = texts.at(-1);
  if (text === undefined) throw new Error(`no comment says what to expect of:\n${program}`);
  return { line: first + comments.length + 1, parts: text === 'nothing' ? undefined : text.split(' … ') };
}

/** Whether the text has all parts, one after another, and the first of them in its first line. */
function hasParts(text: string, parts: readonly string[]): boolean {
  if (!text.split('\n')[0]!.includes(parts[0]!)) return false;
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}
