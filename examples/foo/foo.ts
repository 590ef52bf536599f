import { defineResource, type Infer, k } from 'opwright';

export const Foo = defineResource({
  group: 'tutorial.my.domain',
  version: 'v1',
  kind: 'Foo',
  description: 'A Foo is happy while a Pod with the name of its friend exists',
  spec: k.object({
    name: k.string().minLength(1).describe('Name of the friend Foo is looking for'),
  }),
  status: k.object({
    happy: k.boolean().optional().describe('True while a Pod with the name of the friend exists'),
    conditions: k.conditions().optional(),
  }),
  columns: { Friend: '.spec.name', Happy: '.status.happy', Age: '.metadata.creationTimestamp' },
});
export type Foo = Infer<typeof Foo>;
