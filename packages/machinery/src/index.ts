export * from './clock.ts';
export * from './json.ts';
export * from './meta.ts';
export * from './random.ts';
export * from './resource.ts';
export * from './status.ts';
export * from './typed/type-node.ts';
