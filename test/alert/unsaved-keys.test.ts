import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UnsavedKeys } from '../../src/alert/unsaved-keys.ts';

type Step = { readonly kind: 'put' | 'remove'; readonly key: string } | { readonly kind: 'save' | 'lose' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('put' as const), key: fc.constantFrom('a', 'b', 'c') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), key: fc.constantFrom('a', 'b', 'c') }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('save' as const, 'lose' as const) }) },
);

it('after each saving the port holds what the memory holds, and nothing was written twice', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const memory = new Map<string, number>();
      const held = new Map<string, unknown>();
      const unsaved = new UnsavedKeys('test');
      let written = 0;
      const port = {
        load: () => [],
        put(kind: string, key: string, value: unknown) {
          expect(kind).toBe('test');
          written++;
          held.set(key, value);
        },
        remove: (_: string, key: string) => void held.delete(key),
      };
      const save = (): void => unsaved.save(port, (key) => memory.get(key));
      for (const [index, each] of steps.entries()) {
        if (each.kind === 'put') {
          memory.set(each.key, index);
          unsaved.change(each.key);
        } else if (each.kind === 'remove') {
          if (memory.delete(each.key)) unsaved.remove(each.key);
        } else if (each.kind === 'save') {
          save();
          expect(held).toEqual(memory);
        } else {
          held.clear();
          unsaved.startOver(memory.keys());
        }
      }
      save();
      expect(held).toEqual(memory);
      written = 0;
      save();
      expect(written).toBe(0);
    }),
  );
});
