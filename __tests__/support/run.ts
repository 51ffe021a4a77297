import { spawnSync } from 'node:child_process';

/** A program of this repository, run to its end by node, TypeScript included. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, env: NodeJS.ProcessEnv = {}, flags: string[] = []): Run {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [...flags, '--import', 'tsx', program], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    timeout: 120_000,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}
