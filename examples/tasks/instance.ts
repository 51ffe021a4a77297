import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A process that runs the service, as the program that has started it sees it. */
export class Instance {
  readonly pid: number | undefined;
  /** Where it listens. */
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  /**
   * Starts a process, and waits until it listens on a free port.
   *
   * @param args The arguments of node. Without them, the working directory has to be the root of the repository.
   */
  static async start(env: NodeJS.ProcessEnv, args: readonly string[] = FROM_SOURCE): Promise<Instance> {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const [greeting] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
    const url = /^listening on (\S+)/.exec(`${greeting}`)?.[1];
    if (url === undefined) throw new Error(`the service has not started: ${greeting}`);
    return new Instance(child, url, ended);
  }

  private constructor(child: ChildProcess, url: string, ended: Promise<unknown[]>) {
    this.pid = child.pid;
    this.url = url;
    this.#process = child;
    this.#ended = ended;
  }

  /** Asks it to end, and waits until it has. Returns its exit code. */
  async end(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    const [code] = (await this.#ended) as [number | null];
    return code;
  }
}

const FROM_SOURCE = ['--import', 'tsx', 'examples/tasks/main.ts'];
