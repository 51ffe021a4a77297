/** The processes of a fleet: each has the same shared cache in front of one database, which is in this process. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Database } from './database.mjs';
import { pause } from './server.mjs';

const PROGRAM = fileURLToPath(new URL('worker.mjs', import.meta.url));

/** Runs something with a fleet of so many processes, which are gone afterwards. `settings` are those of `worker.mjs`. */
export async function withFleet(count, settings, run) {
  const database = new Database();
  const workers = Array.from({ length: count }, () => new Worker(settings, database));
  try {
    await Promise.all(workers.map(({ started }) => started));
    // What they have to agree on before they listen to each other is agreed on.
    await pause(300);
    return await run(workers, database);
  } finally {
    for (const worker of workers) worker.signal('SIGKILL');
  }
}

class Worker {
  #process;
  #last = 0;
  #waiting = new Map();

  constructor(settings, database) {
    this.#process = fork(PROGRAM, [JSON.stringify(settings)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.started = this.#answerTo(0);
    this.#process.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('a process of the fleet has ended'));
    });
    this.#process.on('message', async ({ id, answer, load }) => {
      if (load === undefined) this.#waiting.get(id).resolve(answer);
      else {
        const row = await database.load(load);
        if (this.#process.connected) this.#process.send({ id, row });
      }
    });
  }

  /** Has the process do one of its tasks. */
  ask(task, ...args) {
    const id = ++this.#last;
    this.#process.send({ id, task, args });
    return this.#answerTo(id);
  }

  #answerTo(id) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  signal(name) {
    this.#process.kill(name);
  }
}
