import pc from 'picocolors';

/** The colours of the examples: none unless standard output is a terminal that shows them and NO_COLOR is unset. */
export const color = pc.createColors(!process.env.NO_COLOR && process.stdout.isTTY && process.stdout.hasColors());
