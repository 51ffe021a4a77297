import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A terminal of 80 columns and 24 lines, in which a program runs: a session of tmux. */
export class Terminal {
  /** Whether the machine has tmux. Under CI it must have it. */
  static isThere(): boolean {
    const isThere = spawnSync('tmux', ['-V']).status === 0;
    if (!isThere && process.env.CI) throw new Error('CI needs tmux: apt-get install tmux');
    if (!isThere) process.stderr.write('\nNOT TESTED: memokit top in a terminal, as tmux is not installed\n\n');
    return isThere;
  }

  readonly #socket: string;

  /** Runs a program in a new terminal, which stays when the program has ended. */
  constructor(folder: string, program: readonly string[]) {
    this.#socket = join(folder, 'tmux.sock');
    const line = program.map((word) => `'${word}'`).join(' ');
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', '80', '-y', '24', `${line}; echo "status $?"; sleep 600`);
  }

  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** The lines that are on the screen, without those that are empty. */
  lines(): string[] {
    return this.#tmux('capture-pane', '-p').split('\n').filter(Boolean);
  }

  /** Waits until the screen is as a function wants it. @throws with the screen when it does not become so. */
  async until(fits: (lines: string[]) => boolean): Promise<string[]> {
    const start = performance.now();
    while (performance.now() - start < 40_000) {
      const lines = this.lines();
      if (fits(lines)) return lines;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`The screen is:\n${this.lines().join('\n')}`);
  }

  close(): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: string[]): string {
    // A UTF-8 terminal, whatever the language of the machine is.
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TERM: 'xterm-256color' };
    return execFileSync('tmux', ['-u', '-S', this.#socket, ...args], { encoding: 'utf8', env });
  }
}
