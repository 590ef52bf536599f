import type { Follow } from './suite.mjs';

export const followWithOpwright: Follow;
