import Type, { type TObjectOptions, type TProperties } from 'typebox';

/** A request body in which an unknown field is an error, so that a misspelt one is noticed. */
export function strictObject<P extends TProperties>(properties: P, options: TObjectOptions = {}) {
  return Type.Object(properties, { ...options, additionalProperties: false });
}
