import { collect } from 'memokit/prometheus';
import client from 'prom-client';

/** What `/metrics` gives to Prometheus: the counts of all caches. */
export const metrics = new client.Registry();

collect(client, { registers: [metrics] });
