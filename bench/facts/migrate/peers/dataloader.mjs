export const dataloader = { name: 'dataloader', cases: [] };
