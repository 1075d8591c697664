import Type, { type TObjectOptions, type TProperties } from 'typebox';

/** Object schema that rejects unknown fields, so that misspelt ones are noticed. */
export function strictObject<P extends TProperties>(properties: P, options: TObjectOptions = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}
