/** Metrics of all caches, for prom-client. */

export { type CollectOptions, collect, type MetricConfiguration, type PromClient } from './collect.js';
