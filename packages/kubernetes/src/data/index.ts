export { openapiReferences, openapiSchema } from './openapi.ts';
export {
  type GatedGroupVersion,
  gatedResources,
  type KubernetesVersion,
  kubernetesVersion,
  type ServedGroupVersion,
  type ServedResource,
  type ServedSubresource,
  servedResources,
} from './resources.ts';
export { builtinType, builtinTypes, typeOf } from './type-nodes.ts';
