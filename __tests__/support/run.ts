import { spawnSync } from 'node:child_process';

/** The exit status and the output of a finished program. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of this repository with node and waits for its end. The program may be TypeScript. */
export function run(program: string, env: NodeJS.ProcessEnv = {}, flags: string[] = [], args: string[] = []): Run {
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [...flags, '--import', 'tsx', program, ...args],
    {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      timeout: 300_000,
    },
  );
  if (error) throw error;
  return { status, stdout, stderr };
}
