/** The cases of sources, in the order of the table's rows. */
import { care } from './cases/care.mjs';
import { invalidation } from './cases/invalidation.mjs';
import { life } from './cases/life.mjs';
import { signals } from './cases/signals.mjs';
import { staleness } from './cases/staleness.mjs';

export const cases = [...staleness, ...signals, ...invalidation, ...life, ...care];
