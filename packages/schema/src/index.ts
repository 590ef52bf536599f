export type { Infer, InferInput } from '@opwright/machinery';
export * as k from './k/index.ts';
export { crdManifest } from './manifest/crd.ts';
export type * from './manifest/crd-types.ts';
export { defineResource } from './resource/define.ts';
export type * from './resource/definition.ts';
export type * from './resource/resource.ts';
export type * from './structural/schema.ts';
