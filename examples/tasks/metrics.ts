import { Registry } from 'prom-client';

/** What `/metrics` gives to Prometheus. */
export const metrics = new Registry();
