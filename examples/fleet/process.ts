import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a process asks another to do. */
export interface Question {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly value: unknown;
}

/** A process of `worker.ts`, as its parent sees it. */
export class WorkerProcess {
  readonly started: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (value: unknown) => void>();
  #questions = 0;

  /** @param query Answers the queries of the process. */
  constructor(port: number, query: (id: string) => Promise<number>) {
    const program = fileURLToPath(new URL('./worker.ts', import.meta.url));
    this.#child = fork(program, [`${port}`], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // That the server fails is a part of the program, and each store warns of it.
    this.#child.stderr!.on('data', (data: Buffer) => {
      if (!data.toString().startsWith('memokit: redisStore: ')) process.stderr.write(data);
    });
    this.started = new Promise((resolve, reject) => {
      this.#waiting.set(0, resolve);
      this.#child.once('exit', (code) => reject(new Error(`a process has ended with ${code}`)));
    });
    this.#child.on('message', async ({ question, answer }: { question?: Question; answer?: Answer }) => {
      if (answer) this.#waiting.get(answer.id)?.(answer.value);
      if (question) this.#child.send({ answer: { id: question.id, value: await query(question.args[0] as string) } });
    });
  }

  /** Has the process do one of its tasks. */
  ask<T>(name: string, ...args: unknown[]): Promise<T> {
    const question: Question = { id: ++this.#questions, name, args };
    this.#child.send({ question });
    return new Promise((resolve) => this.#waiting.set(question.id, resolve as (value: unknown) => void));
  }

  end(): void {
    this.#child.kill();
  }
}
