/** The program `memokit`. Each subcommand is a file beside this one, and returns what to print. */
import { hasOwn } from '../platform.js';
import { storeCommand } from './store.js';

const COMMANDS: Record<string, (args: string[]) => Promise<string>> = { store: storeCommand };
const USAGE = `memokit store DIR [--json]                  lists what a store on disk has
memokit store DIR clear NAMESPACE --yes     removes the entries of one namespace
memokit store DIR clear --all --yes         removes all entries`;

async function run(name = '', ...args: string[]): Promise<void> {
  const isHelp = [name, args[0]].some((arg) => arg === '--help' || arg === '-h');
  const command = isHelp ? async () => USAGE : hasOwn(COMMANDS, name) ? COMMANDS[name]! : refuse;
  try {
    console.log(await command(args));
  } catch (error) {
    const { message } = error as Error;
    console.error(`memokit${name && ` ${name}`}: ${message.replace('diskStore: ', '')}`);
    process.exitCode = 1;
  }
}

async function refuse(): Promise<never> {
  throw new Error(`expected a subcommand\n${USAGE}`);
}

void run(...process.argv.slice(2));
