import { expect, jest, test } from '@jest/globals';
import { inline, partsOf } from '../examples/persistent/markdown.js';
import { run } from './support/run.js';

/** The example runs four processes, of which three load the compiler. */
jest.setTimeout(300_000);

test('the persistent example computes in a later process only what has changed, and what depends on it', () => {
  const { status, stdout, stderr } = run('examples/persistent.ts', { NO_COLOR: '1' }, ['--import', 'tsx']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).not.toContain('✗');
  const statements = [...stdout.matchAll(/^✓ (.*)$/gm)].map(([, text]) => text);
  expect(statements).toEqual([
    expect.stringMatching(/^\d+ results were computed: each page, program and module once$/),
    'nothing was computed again',
    'its page, its outline and the new program were computed; the list of pages was not, as its outlines are the same',
    'the programs were highlighted, and the pages rendered; nothing was compiled',
  ]);
  expect(stdout).toMatch(/^ {2}it took \d+\.\d\d s instead of \d+\.\d\d s$/m);
  const changed = stdout.split('A program is added')[1]!.split('\n').slice(1, 6);
  expect(changed.map((line) => line.trim().replace(/^[\d.]+ s, /, ''))).toEqual([
    '4 computed:',
    'page keys.md',
    "highlight console.log('a new program');",
    "compile console.log('a new program');",
    'outline keys.md',
  ]);
});

test('the Markdown of the persistent example has headings, programs, other code and paragraphs', () => {
  const page = '# A `b`\n\ntext\nmore\n\n```ts\n# code\n\n1;\n```\n\n```sh\nls\n```\n## C\nend\n';
  expect(partsOf(page)).toEqual([
    { kind: 'heading', level: 1, text: 'A b' },
    { kind: 'text', text: 'text\nmore' },
    { kind: 'program', code: '# code\n\n1;\n' },
    { kind: 'code', code: 'ls\n' },
    { kind: 'heading', level: 2, text: 'C' },
    { kind: 'text', text: 'end' },
  ]);
  expect(inline('<b> `c` **d** [e](f)')).toBe('&#60;b&#62; <code>c</code> <b>d</b> <a href="f">e</a>');
});
