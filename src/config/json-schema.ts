// CONFIG.json's JSON Schema, for editors: from the same definition as the validation.

import { z } from 'zod';
import { configSchema } from './schema.ts';

const COMMENT = { pattern: '^_' };

/** JSON Schema (draft 2020-12) of what may be written; keys that begin with `_` are comments everywhere. */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.type !== 'object') return;
      jsonSchema.patternProperties = { [COMMENT.pattern]: {} };
      const { propertyNames } = jsonSchema;
      if (typeof propertyNames === 'object') jsonSchema.propertyNames = { anyOf: [propertyNames, COMMENT] };
    },
  });
  return { ...schema, title: 'CONFIG.json of TIEBB' };
}
