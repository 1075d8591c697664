import type { Notification } from '@valuecanvas/contracts-core';
import { expect, test } from 'vitest';
import { createBackupCheck } from './backup-check.ts';

const now = Date.parse('2026-12-03T08:00:00Z');

async function recordedAfter(last: Date | undefined): Promise<Notification[]> {
  const recorded: Notification[] = [];
  await createBackupCheck({
    lastBackup: async () => last,
    record: async (notification) => void recorded.push(notification),
    now: () => now,
  })();
  return recorded;
}

test('a backup within 25 hours is not overdue', async () => {
  expect(await recordedAfter(new Date(now - 25 * 3_600_000))).toEqual([]);
});

test('an older backup is overdue, once per day', async () => {
  expect(await recordedAfter(new Date(now - 25 * 3_600_000 - 1))).toMatchObject([
    {
      key: 'backup.overdue:2026-12-03',
      severity: 'critical',
      message: 'The newest successful backup ended at 2026-12-02T06:59:59.999Z, more than 25 hours ago.',
    },
  ]);
});

test('a platform without any backup says so', async () => {
  expect(await recordedAfter(undefined)).toMatchObject([{ message: 'No backup has ever succeeded.' }]);
});
