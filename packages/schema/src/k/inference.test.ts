import { describe, expectTypeOf, it } from 'vitest';
import { k } from '../index.ts';

describe('the types of nodes', () => {
  it('makes fields required unless they are optional or defaulted', () => {
    const node = k.object({
      name: k.string().minLength(1),
      replicas: k.integer().min(0).default(1),
      paused: k.boolean().optional(),
      note: k.string().nullable(),
    });
    expectTypeOf<k.StoredOf<typeof node>>().toEqualTypeOf<{
      readonly name: string;
      readonly replicas: number;
      readonly paused?: boolean;
      readonly note: string | null;
    }>();
    expectTypeOf<k.InputOf<typeof node>>().toEqualTypeOf<{
      readonly name: string;
      readonly replicas?: number;
      readonly paused?: boolean;
      readonly note: string | null;
    }>();
  });

  it('keeps what optional and default say, in any order of calls', () => {
    const node = k.object({
      a: k.string().optional().minLength(2).describe('x'),
      b: k.string().default('x').maxLength(3),
      c: k.string().optional().default('x'),
      d: k.enum('Allow', 'Forbid').default('Allow'),
      e: k.string().optional().enum('x', 'y'),
    });
    expectTypeOf<k.StoredOf<typeof node>>().toEqualTypeOf<{
      readonly a?: string;
      readonly b: string;
      readonly c: string;
      readonly d: 'Allow' | 'Forbid';
      readonly e?: 'x' | 'y';
    }>();
  });
});
