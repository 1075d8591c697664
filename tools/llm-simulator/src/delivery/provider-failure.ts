import { ApiError } from '../http/api-error.ts';

/** The error of a provider that fails in the middle of an answer with status 200. */
export const midwayError = new ApiError(500, 'Simulated: the provider failed in the middle of the answer.', {
  code: 'internal_error',
}).body;

/** A page that a proxy in front of a provider may send with status 200. */
export const htmlPage =
  '<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Please wait</h1></body></html>\n';
