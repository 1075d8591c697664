import { ApiError } from '../http/api-error.ts';

/** What a provider that fails in the middle of its work says under status 200. */
export const midwayError = new ApiError(500, 'Simulated: the provider failed in the middle of the answer.', {
  code: 'internal_error',
}).body;

/** What a proxy in front of a provider may answer under status 200. */
export const htmlPage =
  '<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>\n';
