import { describe, expect, it } from 'vitest';
import { setPodDefaults } from './core.ts';
import { defaultPullPolicy } from './image.ts';

describe('defaults of pods', () => {
  it.each([
    ['nginx', 'Always'],
    ['nginx:latest', 'Always'],
    ['nginx:1.25', 'IfNotPresent'],
    ['localhost:5000/nginx', 'Always'],
    ['localhost:5000/nginx:1', 'IfNotPresent'],
    ['nginx@sha256:00', 'IfNotPresent'],
    ['nginx:latest@sha256:00', 'IfNotPresent'],
    [`nginx:latest@sha256:${'0'.repeat(64)}`, 'Always'],
    ['Not an image', 'IfNotPresent'],
    ['example.com/Upper', 'IfNotPresent'],
    ['', 'IfNotPresent'],
  ])('pull %s %s', (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });

  it('count resources in thousandths', () => {
    const pod = { spec: { containers: [{ resources: { limits: { cpu: '100u', memory: '1Gi' } } }] } };
    setPodDefaults(pod);
    expect(pod.spec.containers[0]?.resources).toEqual({
      limits: { cpu: '1m', memory: '1Gi' },
      requests: { cpu: '1m', memory: '1Gi' },
    });
  });

  it('open on the host what a pod of the host network opens', () => {
    const pod = {
      spec: {
        hostNetwork: true,
        containers: [{ ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 8081 }] }],
      },
    };
    setPodDefaults(pod);
    expect(pod.spec.containers[0]?.ports).toMatchObject([{ hostPort: 80 }, { hostPort: 8081 }]);
  });
});
