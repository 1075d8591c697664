import { Finding } from '@valuecanvas/contracts-canvas';
import { defineFact, type FactOf, field } from '@valuecanvas/contracts-core';
import Type from 'typebox';

/** Findings of a check that wait in the journal until PostgreSQL can store them. */
export const unstoredCheck = defineFact({
  name: 'canvas.unstored_check',
  owner: 'canvas',
  description: 'A canvas was checked by a model and paid for, but PostgreSQL could not store the findings.',
  schema: Type.Object({
    id: field.uuid('Id of the reservation.'),
    userId: field.uuid('Id of the user.'),
    canvasId: field.uuid('Id of the canvas.'),
    revision: field.ordinal('Number of the checked revision.'),
    checkedAt: field.timestamp('Time of the check.'),
    isComplete: Type.Boolean({ description: 'False if only rules were applied.' }),
    findings: Type.Array(Type.Omit(Finding, ['dismissal']), { description: 'The findings.' }),
  }),
});
export type UnstoredCheck = FactOf<typeof unstoredCheck>;
