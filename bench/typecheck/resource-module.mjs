/** The source of one resource of a usual size: nested objects, lists, defaults, conditions; and code that uses its type. */
export function resourceModule(index) {
  return `import { defineResource, type Infer, type InferInput, k } from '@opwright/schema';

export const Resource${index} = defineResource({
  group: 'bench.example.com',
  version: 'v1',
  kind: 'Resource${index}',
  shortNames: ['r${index}'],
  spec: k.object({
    replicas: k.int32().min(0).max(${100 + index}).default(1),
    image: k.string().minLength(1).pattern('^[a-z0-9./:-]+$').describe('Image of resource ${index}.'),
    mode${index}: k.enum('Fast', 'Safe', 'Mode${index}').default('Safe'),
    paused: k.boolean().optional(),
    labels: k.record(k.string()).optional(),
    ports: k
      .listMap(k.object({ port: k.int32(), protocol: k.enum('TCP', 'UDP').default('TCP'), name: k.string().optional() }), ['port', 'protocol'])
      .optional(),
    storage: k.object({ size: k.quantity(), className: k.string().optional().immutable() }).optional(),
    maxUnavailable: k.intOrString().default('25%'),
    template: k.object({ metadata: k.templateMeta().optional(), spec: k.preserveUnknown() }).optional(),
  }),
  status: k.object({
    replicas: k.int32().optional(),
    phase: k.enum('Pending', 'Ready', 'Phase${index}').optional(),
    observedGeneration: k.int64().optional(),
    conditions: k.conditions().optional(),
  }),
  columns: { Replicas: '.spec.replicas', Phase: '.status.phase', Age: '.metadata.creationTimestamp' },
});
export type Resource${index} = Infer<typeof Resource${index}>;

export const input: InferInput<typeof Resource${index}> = {
  metadata: { name: 'a' },
  spec: { image: 'nginx', ports: [{ port: 80 }] },
};

export function summary(resource: Resource${index}): string {
  const ready = resource.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True');
  const ports = resource.spec.ports?.map((each) => each.port.toFixed() + each.protocol) ?? [];
  return [resource.metadata.name, resource.spec.replicas.toFixed(), resource.spec.mode${index}, ready, ...ports].join(' ');
}
`;
}
