export { type InstrumentOptions, instrumentCaches } from './instrument.js';
export { type TelemetryNames, telemetryNames } from './names.js';
