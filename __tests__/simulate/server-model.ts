import { createHash } from 'node:crypto';
import { CLOCK, FILL, INVALIDATE, LEASE, READ, RELEASE, RENEW } from '../../src/redis/scripts.js';

/** What the server answers: bytes, a number, nothing, or a list. */
export type Reply = Buffer | number | null | Reply[];

/** Faults that are put into the server on purpose, to see that the checks notice them. */
export interface ServerFaults {
  /** Fills without looking at leases and marks. */
  readonly isUnfenced?: boolean;
  /** Gives a lease although another client has it. */
  readonly isGenerous?: boolean;
}

interface Record {
  value: string;
  /** The time in milliseconds at which it ends. */
  endsAt: number;
}

/**
 * A model of the server: what the scripts of `src/redis/scripts.ts` do, over a Map. All texts in it are bytes, one character
 * each, as in Lua. `server-model.test.ts` compares it with a real server.
 */
export class ServerModel {
  readonly #records = new Map<string, Record>();
  readonly #known = new Set<string>();
  /** The time in microseconds. */
  readonly #time: () => number;
  readonly #publish: (channel: string, message: string) => void;
  readonly #faults: ServerFaults;

  constructor(time: () => number, publish: (channel: string, message: string) => void, faults: ServerFaults = {}) {
    this.#time = time;
    this.#publish = publish;
    this.#faults = faults;
  }

  /** Runs a command: `evalsha` or `eval`. @throws Error as the server answers with one. */
  call(command: string, script: string, count: number, ...given: (string | Uint8Array)[]): Reply {
    const all = given.map(bytesOf);
    const sha = command === 'eval' ? SHAS.get(script) : script;
    if (command === 'eval') this.#known.add(sha!);
    if (!this.#known.has(sha!)) throw new Error('NOSCRIPT No matching script. Please use EVAL.');
    return SCRIPTS.get(sha!)!(new Run(this, all.slice(0, count), all.slice(count)));
  }

  /** Forgets all keys, and at a restart all scripts too. */
  clear(isRestart: boolean): void {
    this.#records.clear();
    if (isRestart) this.#known.clear();
  }

  /** The names of all keys, in order. */
  keys(): string[] {
    return [...this.#records.keys()].filter((key) => this.get(key) !== undefined).sort();
  }

  get faults(): ServerFaults {
    return this.#faults;
  }

  now(): number {
    return Math.floor(this.#time());
  }

  publish(channel: string, message: string): void {
    this.#publish(utf8(channel), utf8(message));
  }

  get(key: string): string | undefined {
    return this.#record(key)?.value;
  }

  /** The milliseconds until a key ends; -2 where there is none. */
  left(key: string): number {
    const record = this.#record(key);
    return record === undefined ? -2 : Math.floor(record.endsAt - this.now() / 1000);
  }

  set(key: string, value: string, ms: number): void {
    this.#records.set(key, { value, endsAt: this.now() / 1000 + ms });
  }

  change(key: string, value: string): void {
    this.#record(key)!.value = value;
  }

  prolong(key: string, ms: number): void {
    this.#record(key)!.endsAt = this.now() / 1000 + ms;
  }

  delete(key: string): void {
    this.#records.delete(key);
  }

  #record(key: string): Record | undefined {
    const record = this.#records.get(key);
    if (record === undefined || record.endsAt > this.now() / 1000) return record;
    this.#records.delete(key);
    return undefined;
  }
}

/** One run of a script. Keys and arguments are counted from 1, as in Lua. */
class Run {
  readonly server: ServerModel;
  readonly #keys: readonly string[];
  readonly #args: readonly string[];
  readonly #marks = new Map<string, string | undefined>();

  constructor(server: ServerModel, keys: readonly string[], args: readonly string[]) {
    this.server = server;
    this.#keys = keys;
    this.#args = args;
  }

  get count(): number {
    return this.#keys.length;
  }

  key(index: number): string {
    return this.#keys[index - 1]!;
  }

  arg(index: number): string {
    return this.#args[index - 1]!;
  }

  /** Reads the state and the token of an entry; `undefined` for one that is none, or was removed. */
  stateOf(value: string | undefined): { state: string; token: string } | undefined {
    const match = /^([1x]) (\d+) ([^ \t\n\v\f\r]+) \d+ \d+ (\d+)\n([^\n]+)\n/.exec(value ?? '');
    if (match === null || value === undefined) return undefined;
    let [, state] = match as unknown as [string, string];
    const [, , text, token, size, names] = match as unknown as string[];
    if (value.length - (value.indexOf('\n') + 1) !== Number(size)) return undefined;
    const clock = Number(text);
    for (const name of names!.split('\t').filter((each) => each !== '')) {
      if (!this.#marks.has(name)) this.#marks.set(name, this.server.get(`${this.key(1)}.${name}`));
      const mark = markOf(this.#marks.get(name));
      if (mark === undefined || mark.removed > clock) return undefined;
      if (mark.expired > clock) state = 'x';
    }
    return { state, token: token! };
  }

  clock(key: string, ms: string): string {
    const now = this.server.now();
    if (this.server.get(key) === undefined) this.server.set(key, `${now} ${now}\n`, Number(ms));
    return clockOf(this.server.get(key))!.clock;
  }

  /** Whether a mark, which is not there, may have been set after a clock. */
  wasSet(key: string, name: string, clock: number): boolean {
    const known = clockOf(this.server.get(key));
    if (known?.since === undefined || Number(known.since) > clock) return true;
    return known.list!.split('\n').some((line) => {
      const [, at, each] = /^(\d+) (.*)$/.exec(line) ?? [];
      return each === name && Number(at) > clock;
    });
  }

  /** The name of a mark, as entries and the clock have it. */
  nameOfMark(index: number): string {
    return this.key(index).slice(this.key(1).length + 1);
  }
}

/** Reads the key of the clock. */
function clockOf(value: string | undefined): { clock: string; since?: string; list?: string } | undefined {
  const [, clock, since, list] = /^(\d+)(?: (\d+)\n(.*))?$/s.exec(value ?? '') ?? [];
  if (clock === undefined) return undefined;
  return since === undefined ? { clock } : { clock, since, list: list! };
}

function markOf(value: string | undefined): { removed: number; expired: number } | undefined {
  const match = /^(\d+):(\d+)$/.exec(value ?? '');
  return match === null ? undefined : { removed: Number(match[1]), expired: Number(match[2]) };
}

function read(run: Run): Reply {
  const found: Reply[] = [];
  for (let index = 2; index <= run.count; index++) {
    const value = run.server.get(run.key(index));
    found.push(value === undefined ? null : bytes(value));
  }
  return [bytes(`${run.server.now()}`), found];
}

function lease(run: Run): Reply {
  const { server } = run;
  const value = server.get(run.key(2));
  const found = run.stateOf(value);
  const isOther = found !== undefined && found.token !== run.arg(3) && run.arg(3) !== '*';
  if (found?.state === '1' && isOther)
    return [bytes('found'), bytes(`${server.now()}`), bytes(found.state), bytes(value!)];
  const held = server.get(run.key(3));
  if (held !== undefined && !server.faults.isGenerous) return [bytes('held'), server.left(run.key(3)), bytes(held)];
  server.set(run.key(3), run.arg(1), Number(run.arg(2)));
  return [bytes('taken'), bytes(run.clock(run.key(4), run.arg(4)))];
}

function fill(run: Run): Reply {
  const { server } = run;
  if (server.get(run.key(3)) !== run.arg(1) && !server.faults.isUnfenced) return 0;
  server.delete(run.key(3));
  server.publish(run.arg(6), run.arg(7));
  const clock = Number(run.arg(2));
  for (let index = 5; index <= run.count; index++) {
    const key = run.key(index);
    const mark = markOf(server.get(key));
    const isNewer = mark
      ? mark.removed > clock || mark.expired > clock
      : run.wasSet(run.key(4), run.nameOfMark(index), clock);
    if (isNewer && !server.faults.isUnfenced) return 0;
    if (mark === undefined) server.set(key, `${run.arg(2)}:0`, Number(run.arg(3)));
    else if (server.left(key) < Number(run.arg(3))) server.prolong(key, Number(run.arg(3)));
  }
  const rest = run.arg(5);
  const at = Math.round(server.now() / 1000);
  const head = `1 ${run.arg(2)} ${run.arg(1).split('.')[0]} ${at} ${run.arg(4)} ${rest.length}\n`;
  server.set(run.key(2), head + rest, Number(run.arg(3)));
  return 1;
}

function renew(run: Run): Reply {
  if (run.server.get(run.key(2)) !== run.arg(1)) return 0;
  run.server.prolong(run.key(2), Number(run.arg(2)));
  return 1;
}

function release(run: Run): Reply {
  if (run.server.get(run.key(2)) !== run.arg(1)) return 0;
  run.server.delete(run.key(2));
  run.server.publish(run.arg(2), run.arg(3));
  return 1;
}

function invalidate(run: Run): Reply {
  const { server } = run;
  const before = clockOf(server.get(run.key(2)));
  const previous = Number(before?.clock ?? '0');
  const clock = Math.max(previous + 1, server.now());
  const isSoft = run.arg(1) === 'expire';
  const entries = Number(run.arg(4));
  let { since = `${clock}`, list = '' } = before ?? {};
  for (let index = 3 + entries * 2; index <= run.count; index++) {
    if (list.length > 1000) [since, list] = [`${clock}`, ''];
    list += `${clock} ${run.nameOfMark(index)}\n`;
  }
  server.set(run.key(2), `${clock} ${since}\n${list}`, Number(run.arg(5)));
  for (let index = 1; index <= entries; index++) {
    const key = run.key(1 + index * 2);
    server.delete(run.key(2 + index * 2));
    const value = server.get(key);
    if (!isSoft) server.delete(key);
    else if (value !== undefined) server.change(key, `x${value.slice(1)}`);
  }
  for (let index = 3 + entries * 2; index <= run.count; index++) {
    const mark = markOf(server.get(run.key(index)));
    const value = isSoft && mark ? `${mark.removed}:${clock}` : `${clock}:${mark?.expired ?? 0}`;
    server.set(run.key(index), value, Number(run.arg(5)));
  }
  if (run.arg(6) !== undefined) server.set(run.key(4), run.arg(6), Number(run.arg(7)));
  server.publish(run.arg(2), `${previous}:${clock}:${run.arg(3)}`);
  return bytes(`${clock}`);
}

function clock(run: Run): Reply {
  return bytes(run.clock(run.key(2), run.arg(1)));
}

const MEANINGS: [{ readonly text: string }, (run: Run) => Reply][] = [
  [READ, read],
  [LEASE, lease],
  [FILL, fill],
  [RENEW, renew],
  [RELEASE, release],
  [INVALIDATE, invalidate],
  [CLOCK, clock],
];
const SHAS = new Map(MEANINGS.map(([{ text }]) => [text, createHash('sha1').update(text).digest('hex')]));
const SCRIPTS = new Map(MEANINGS.map(([{ text }, meaning]) => [SHAS.get(text)!, meaning]));

/** Returns the bytes of a key or argument, one character each. */
function bytesOf(given: string | Uint8Array): string {
  if (typeof given === 'string' && /^[\0-\x7f]*$/.test(given)) return given;
  return Buffer.from(given as string).toString('latin1');
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function utf8(text: string): string {
  return bytes(text).toString();
}
