import { Command, CommanderError } from 'commander';

/** A subcommand: returns what to print. What it throws is told the user in one line. */
export type Run = (...given: never[]) => string | undefined | Promise<string | undefined>;

/**
 * Returns a command that refuses what it does not know in one line, as its subcommands do: they inherit what is set here.
 */
export function programOf(name: string): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({ writeErr() {} })
    .helpCommand(false)
    .allowExcessArguments(false)
    .showSuggestionAfterError();
}

/** Returns the message of an error for the user; `undefined` if nothing has gone wrong, as `--help` was given. */
export function messageOf(error: unknown): string | undefined {
  const { message } = error as Error;
  if (!(error instanceof CommanderError)) return message.replace(/^(diskStore|expose): /, '');
  return error.exitCode === 0 ? undefined : message.replace(/^error: /, '');
}
