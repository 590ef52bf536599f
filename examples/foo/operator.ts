import { Pod } from '@opwright/kubernetes/core';
import { controller, defineOperator } from 'opwright';
import { Foo } from './foo.ts';

const foos = controller(Foo)
  .watches(Pod, (pod, ctx) => ctx.list(Foo).filter((foo) => foo.spec.name === pod.metadata.name))
  .reconcile((foo, ctx) => {
    const friend = foo.spec.name;
    const happy = ctx.list(Pod).some((pod) => pod.metadata.name === friend);
    const [reason, message] = happy ? ['FriendFound', `${friend} is here`] : ['FriendLost', `${friend} is not here`];
    if (happy !== (foo.status?.happy ?? false)) ctx.event({ reason, message });
    ctx.condition({ type: 'Happy', status: happy ? 'True' : 'False', reason, message });
    ctx.status({ happy });
  });

export default defineOperator({ name: 'foo-operator', controllers: [foos] });
