import pc from 'picocolors';

/** The colours of the examples: none unless standard output is a terminal that shows them and NO_COLOR is unset. */
const isTerminal = process.stdout.isTTY === true;
export const color = pc.createColors(isTerminal && !process.env.NO_COLOR && process.stdout.hasColors());
