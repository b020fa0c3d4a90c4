import * as z from 'zod';
import { section } from '../setting.ts';

export const native = section('The native library that captures events on Windows.', {
  ffi: z.enum(['auto', 'ffi-napi', 'koffi']).default('auto').meta({
    description: 'Package that calls it; auto means ffi-napi on x64 and koffi on arm64. See docs/windows.md.',
  }),
});
