/** The program `memokit`. Each subcommand is a file beside this one. */
import { messageOf, programOf } from './program.js';
import { storeCommand } from './store.js';
import { topCommand } from './top.js';

const program = programOf('memokit').description('Looks at the caches of memokit, in a running program and on disk.');
for (const add of [topCommand, storeCommand]) add(program);
const [name] = process.argv.slice(2);
const label = program.commands.some((command) => command.name() === name) ? `memokit ${name}` : 'memokit';
try {
  if (name === undefined) throw new Error(`expected a subcommand\n\n${program.helpInformation().trimEnd()}`);
  await program.parseAsync();
} catch (error) {
  const message = messageOf(error);
  if (message !== undefined) {
    console.error(`${label}: ${message}`);
    process.exitCode = 1;
  }
}
