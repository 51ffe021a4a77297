export const nest = { name: 'nest', cases: [] };
