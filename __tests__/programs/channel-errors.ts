import { subscribe, tracingChannel } from 'node:diagnostics_channel';
import { memoize } from 'memokit';
import 'memokit/channels';

/** Prints results, what a subscriber was told, and the errors of subscribers, which Node reports as uncaught. */
process.on('uncaughtException', (error) => console.log('uncaught', error.message));

const told: unknown[] = [];
const loads = tracingChannel('memokit:load');
const fail = (message: string) => () => {
  throw new Error(message);
};
loads.start.subscribe(fail('start'));
loads.start.subscribe(() => told.push('start'));
loads.end.subscribe(fail('end'));
subscribe('memokit:evict', fail('evict'));

const same = memoize((n: number) => n, { capacity: 1 });
console.log(same(1));
console.log(same(2));
console.log('told', told.length);
