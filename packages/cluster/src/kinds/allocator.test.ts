import type { JsonObject } from '@opwright/machinery';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllocationError, serviceAllocator } from './allocator.ts';

function service(clusterIP: string, ...nodePorts: number[]): JsonObject {
  return { spec: { clusterIPs: [clusterIP], ports: nodePorts.map((nodePort) => ({ nodePort })) } };
}

describe('serviceAllocator', () => {
  it('hands nothing out twice, neither what is stored nor what was asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 1, max: 253 }), { nil: undefined }), { maxLength: 80 }),
        (wishes) => {
          const stored = [service('10.1.0.17', 30001)];
          const allocator = serviceAllocator(() => stored, { clusterCidr: '10.1.0.0/24', nodePorts: [30000, 30100] });
          const seen = new Set(['10.1.0.17']);
          for (const wish of wishes) {
            const wanted = wish === undefined ? undefined : `10.1.0.${wish}`;
            if (wanted !== undefined && seen.has(wanted)) {
              expect(() => allocator.clusterIP(wanted)).toThrow(AllocationError);
              continue;
            }
            const ip = allocator.clusterIP(wanted);
            expect(seen.has(ip)).toBe(false);
            stored.push(service(ip));
            seen.add(ip);
          }
        },
      ),
    );
  });

  it('takes back what belonged to services that are gone', () => {
    let stored: JsonObject[] = [service('10.0.0.5', 30005)];
    const allocator = serviceAllocator(() => stored);
    expect(() => allocator.clusterIP('10.0.0.5')).toThrow(AllocationError);
    expect(() => allocator.nodePort(30005)).toThrow('provided port is already allocated');
    stored = [];
    expect(allocator.clusterIP('10.0.0.5')).toBe('10.0.0.5');
    expect(allocator.nodePort(30005)).toBe(30005);
  });

  it('says so when a range is full', () => {
    const stored: JsonObject[] = [];
    const allocator = serviceAllocator(() => stored, { clusterCidr: '10.0.0.0/29', nodePorts: [30000, 30001] });
    for (let i = 0; i < 5; i++) stored.push(service(allocator.clusterIP()));
    expect(() => allocator.clusterIP()).toThrow('range is full');
    stored.push(service('None', allocator.nodePort(), allocator.nodePort()));
    expect(() => allocator.nodePort()).toThrow('range is full');
    stored.length = 0;
    expect(allocator.nodePort()).toBeGreaterThanOrEqual(30000);
  });
});
