// An account block read as far as it is sound: what is wrong in it is left out.

import type { AccountBlock } from './schema-account.ts';

export type PartialBlock = { readonly [Key in keyof AccountBlock]?: AccountBlock[Key] | undefined };
