import pc from 'picocolors';

const isTerminal = process.stdout.isTTY === true;

/** The colours of the examples. Used only if standard output is a terminal with colours and NO_COLOR is unset. */
export const color = pc.createColors(isTerminal && !process.env.NO_COLOR && process.stdout.hasColors());
