/** The cases, in the order of the table's rows. */
import { keys } from './cases/keys.mjs';
import { limits } from './cases/limits.mjs';
import { loads } from './cases/loads.mjs';
import { receivers } from './cases/receivers.mjs';
import { results } from './cases/results.mjs';

export const cases = [...keys, ...results, ...loads, ...limits, ...receivers];
