import { subscribe, tracingChannel } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';

/** Prints what is published when the ES module and the CommonJS module of `dist` are both loaded. */
const require = createRequire(import.meta.url);
const esm = await import('../../dist/index.js');
const cjs = require('../../dist/index.cjs');
const { configureChannels } = await import('../../dist/channels.js');
require('../../dist/channels.cjs');

const told = ({ name, key }) => console.log(name, key);
tracingChannel('memokit:load').end.subscribe(told);
subscribe('memokit:evict', told);

configureChannels({ keys: true });
esm.memoize((n) => n, { name: 'esm' })(1);
cjs.memoize((n) => n, { name: 'cjs' })(2);
require('../../dist/channels.cjs').configureChannels({});
cjs.memoize((n) => n, { name: 'cjs' })(3);
