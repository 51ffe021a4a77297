import { emitKeypressEvents } from 'node:readline';
import { createLogUpdate } from 'log-update';
import { max, min } from '../platform.js';
import type { Snapshot } from '../top/protocol.js';
import { ask, type Found } from './programs.js';
import { type Ranking, ranked, sortKeyOf } from './ranking.js';
import { drawn, keysText } from './screen.js';
import { nameText } from './text.js';

/** The lines beside the rows: the summary, the titles, the rows that are not drawn, the keys, and where the cursor stands. */
const OTHER_LINES = 6;

/** The live table: draws a snapshot of a program again and again, and listens to the keyboard. */
export class LiveTable {
  readonly #found: Found;
  readonly #interval: number;
  readonly #draw = createLogUpdate(process.stdout);
  #ranking: Ranking;
  #snapshot: Snapshot;
  #rate: number | undefined;
  #offset = 0;
  /** The filter that is being typed; `undefined` if none is. */
  #typed: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end!: (error?: unknown) => void;

  constructor(found: Found, snapshot: Snapshot, ranking: Ranking, interval: number) {
    this.#found = found;
    this.#snapshot = snapshot;
    this.#ranking = ranking;
    this.#interval = interval;
  }

  /** Draws until the user quits. @throws when the program has ended. */
  async run(): Promise<void> {
    const { stdin, stdout } = process;
    const onKey = (text: string | undefined, key: Key) => this.#press(text, key);
    const onResize = () => this.#show();
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', onKey).resume();
    stdout.on('resize', onResize);
    const ended = new Promise<void>((settle, refuse) => {
      this.#end = (error) => (error === undefined ? settle() : refuse(error));
    });
    this.#show();
    this.#wait();
    try {
      await ended;
    } finally {
      clearTimeout(this.#timer);
      stdout.removeListener('resize', onResize);
      stdin.removeListener('keypress', onKey).pause();
      stdin.setRawMode(false);
      this.#draw.done();
    }
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#ask().catch((error) => this.#end(error)), this.#interval);
  }

  async #ask(): Promise<void> {
    const before = this.#snapshot;
    const snapshot = await ask(this.#found);
    if (snapshot === undefined) throw new Error(`${nameText(before.title)} (${before.id}) has ended`);
    this.#snapshot = snapshot;
    const seconds = (snapshot.uptime - before.uptime) / 1000;
    this.#rate = seconds > 0 ? max(0, callsOf(snapshot) - callsOf(before)) / seconds : undefined;
    this.#show();
    this.#wait();
  }

  #show(): void {
    const { columns: width = 80, rows: height = 24 } = process.stdout;
    const ranking = { ...this.#ranking, filter: this.#typed ?? this.#ranking.filter };
    const most = max(1, height - OTHER_LINES);
    this.#offset = max(0, min(this.#offset, ranked(this.#snapshot.caches, ranking).length - most));
    const table = drawn(this.#snapshot, { ranking, width, offset: this.#offset, most, rate: this.#rate });
    const last = this.#typed === undefined ? keysText(width) : `filter by name: ${nameText(this.#typed || ' ')}█`;
    this.#draw(`${table}\n${last}`);
  }

  #press(text: string | undefined, { name, ctrl }: Key): void {
    if (ctrl && name === 'c') this.#end();
    else if (this.#typed !== undefined) this.#type(this.#typed, text, name);
    else if (text === 'q') this.#end();
    else if (text === '/') this.#typed = this.#ranking.filter;
    else if (name === 'escape') this.#ranking = { ...this.#ranking, filter: '' };
    else if (name === 'up' || name === 'down') this.#offset += name === 'up' ? -1 : 1;
    else this.#sort(text ?? '');
    this.#show();
  }

  #type(typed: string, text: string | undefined, name: string | undefined): void {
    if (name === 'return' || name === 'enter') {
      this.#ranking = { ...this.#ranking, filter: typed };
      this.#typed = undefined;
    } else if (name === 'escape') this.#typed = undefined;
    else if (name === 'backspace') this.#typed = typed.slice(0, -1);
    else if (text !== undefined && text >= ' ' && text !== '\u007f') this.#typed = typed + text;
  }

  #sort(text: string): void {
    const sort = sortKeyOf(text);
    if (sort === undefined) return;
    const isReversed = sort === this.#ranking.sort && !this.#ranking.isReversed;
    this.#ranking = { ...this.#ranking, sort, isReversed };
  }
}

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
}

function callsOf({ caches }: Snapshot): number {
  return caches.reduce((sum, { stats }) => sum + stats.hits + stats.misses, 0);
}
