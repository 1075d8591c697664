import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { block, drawCanvas, isSaved, itemsOf, messages, replaceItem, signInAsDemo } from '../src/steps.ts';

const { open } = openBrowser();

test('suggestions are asked for, chosen and added by keyboard, and one undo takes them back', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A ferry that is a library');
  await page.getByText(/^\d+\.\d s · /).waitFor();
  await page.getByRole('button', { name: 'Good answer' }).click();
  await page.getByRole('button', { name: 'Good answer', pressed: true }).waitFor();
  const channels = itemsOf(page, 'Channels');
  const before = await channels.allTextContents();

  await page.getByRole('button', { name: 'Suggest items for Channels' }).focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Suggestions for Channels' });
  await panel.getByText(/left today/).waitFor();
  await panel.getByLabel('Anything to keep in mind?').focus();
  await page.keyboard.type('Nothing that needs a shop');
  await page.keyboard.press('Control+Enter');
  const suggestions = panel.getByRole('checkbox');
  await suggestions.first().waitFor();
  const count = await suggestions.count();
  await page.getByText(`${count} suggestions for Channels`).waitFor({ state: 'attached' });
  expect(await block(page, 'Channels').getByRole('list', { name: 'suggested' }).innerText()).toContain(
    'suggested',
  );
  expect(await channels.allTextContents()).toEqual(before);

  await suggestions.first().focus();
  await page.keyboard.press('Space');
  await panel.getByRole('button', { name: `Add ${count - 1}` }).focus();
  await page.keyboard.press('Enter');
  await messages(page).getByText('added to Channels').waitFor();
  await panel.getByRole('button', { name: 'Suggest again' }).and(page.locator(':focus')).waitFor();
  expect(await channels.count()).toBe(before.length + count - 1);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect.poll(() => channels.allTextContents()).toEqual(before);
  await isSaved(page);

  await panel.getByRole('button', { name: 'Suggest again' }).click();
  await suggestions.first().waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  expect(await channels.allTextContents()).toEqual(before);
});

test('an earlier revision is compared word by word and restored, and Ctrl+Z brings the canvas back', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A hotel for bicycles');
  await replaceItem(page, 'Channels', 0, 'A stall at the market');
  await page.getByText('Revision 2').waitFor();
  await replaceItem(page, 'Channels', 0, 'A stall at the Saturday market');
  await page.getByText('Revision 3').waitFor();

  await page.getByRole('button', { name: 'History' }).focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'History' });
  await panel.getByRole('button', { name: /Generated/ }).waitFor();
  await panel.getByRole('button', { name: /Edited.*Revision 2/ }).focus();
  await page.keyboard.press('Enter');
  await block(page, 'Channels').getByRole('deletion').getByText('Saturday').waitFor();
  expect(await block(page, 'Channels').getByRole('insertion').count()).toBe(0);
  await page.keyboard.press('k');
  await page.waitForURL(/revision=3/);
  await page.keyboard.press('j');
  await page.waitForURL(/revision=2/);

  await panel.getByText('Restoring it changes: Channels.').waitFor();
  await panel.getByRole('button', { name: 'Restore this revision' }).click();
  await messages(page).getByText('Revision 2 was restored').waitFor();
  await page.getByText('Revision 4', { exact: true }).waitFor();
  await panel
    .getByRole('button', { name: /Revision 2/ })
    .and(page.locator(':focus'))
    .waitFor();
  const first = itemsOf(page, 'Channels').first();
  expect(await first.textContent()).toBe('A stall at the market');
  await page.keyboard.press('Control+Z');
  await expect.poll(() => first.textContent()).toBe('A stall at the Saturday market');
  await page.getByText('Revision 5', { exact: true }).waitFor();
});
