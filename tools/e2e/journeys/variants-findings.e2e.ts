import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { addItem, block, drawCanvas, isSaved, itemsOf, messages, signInAsDemo } from '../src/steps.ts';

const { open } = openBrowser();

test('a check names items, leads to them, and a finding is dismissed with a reason, reported again and undone', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A lighthouse that rents rooms to writers');
  await page.getByRole('button', { name: 'Findings' }).waitFor();
  await page.keyboard.press('f');
  const panel = page.getByRole('complementary', { name: 'Findings' });
  await panel.getByRole('button', { name: 'Check this canvas' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText(/^\d+ findings$/).waitFor({ state: 'attached' });
  const segment = (await itemsOf(page, 'Customer segments').last().textContent()) ?? '';
  const place = panel.getByRole('button', { name: `“${segment}” in Customer segments` });
  await place.first().click();
  await expect.poll(() => page.locator(':focus').textContent()).toBe(segment);

  const problems = panel.getByRole('button', { name: 'Not a problem' });
  const count = await problems.count();
  await problems.first().focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Writers know what they get');
  await page.keyboard.press('Enter');
  await messages(page).getByText('Finding dismissed').waitFor();
  await expect.poll(() => problems.count()).toBe(count - 1);
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect.poll(() => problems.count()).toBe(count);

  await problems.first().click();
  await panel.getByLabel('Why is it not a problem?').fill('Decided last week');
  await panel.getByRole('button', { name: 'Dismiss' }).click();
  await panel.getByText('Dismissed (1)').click();
  await panel.getByText('Decided last week').waitFor();
  await panel.getByRole('button', { name: 'Restore the finding' }).click();
  await expect.poll(() => problems.count()).toBe(count);

  await addItem(page, 'Channels', 'Readings in the lantern room');
  await isSaved(page);
  await panel.getByText(/Findings of revision 1/).waitFor();
  await panel.getByRole('button', { name: 'Check again' }).click();
  await panel.getByText(/Findings of revision 1/).waitFor({ state: 'detached' });
});

test('a finding leads to suggestions that fix it, with the block and the finding filled in, also after a reload', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A greenhouse on the roof of a theatre');
  await page.getByRole('button', { name: 'Findings' }).click();
  const panel = page.getByRole('complementary');
  await panel.getByRole('button', { name: 'Check this canvas' }).click();
  const finding = panel
    .getByRole('listitem')
    .filter({ has: page.getByText('Not a problem') })
    .first();
  const message = ((await finding.locator('p').first().textContent()) ?? '').replace(
    /^[\w ]*?(?= [“A-Z])/,
    '',
  );
  await finding.getByRole('button', { name: 'Suggest a fix' }).focus();
  await page.keyboard.press('Enter');
  const heading = (await page.getByRole('heading', { name: /^Suggestions for/ }).textContent()) ?? '';
  const wish = await panel.getByLabel('Anything to keep in mind?').inputValue();
  expect(wish).toContain(message.trim());
  await page.reload();
  await page.getByRole('heading', { name: heading, exact: true }).waitFor();
  expect(await panel.getByLabel('Anything to keep in mind?').inputValue()).toBe(wish);
  const asked = page.waitForRequest((request) => request.url().endsWith('/refine'));
  await panel.getByRole('button', { name: 'Suggest' }).click();
  expect((await asked).postDataJSON().context).toBe(wish);
  await panel.getByRole('checkbox').first().waitFor();
  await panel.getByRole('button', { name: /^Add / }).click();
  await messages(page).getByText(heading.replace('Suggestions for', 'added to')).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  expect(await panel.getByLabel('Anything to keep in mind?').inputValue()).toBe('');
});

test('a variant is written block by block, leads to its origin, and is compared with it side by side', async () => {
  const page = await open();
  await signInAsDemo(page);
  await drawCanvas(page, 'A tram that serves dinner');
  const origin = page.url();
  const segments = await itemsOf(page, 'Customer segments').allTextContents();
  await page.getByRole('button', { name: 'Variants' }).waitFor();
  await page.keyboard.press('v');
  const panel = page.getByRole('complementary', { name: 'Variants' });
  await panel.getByText('No variants yet.').waitFor();
  await panel.getByRole('radio', { name: /^Lean/ }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await panel.getByRole('radio', { name: /^Premium/ }).isChecked()).toBe(true);
  await panel.getByRole('button', { name: 'Write the variant' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.href.startsWith(origin));
  await page.getByRole('heading', { name: /Premium$/, level: 1 }).waitFor();
  expect(await itemsOf(page, 'Customer segments').first().textContent()).toBe(
    'Demanding customers who pay for certainty',
  );

  await panel.getByRole('link', { name: /^Compare with/ }).click();
  await page.getByRole('heading', { name: 'Compare' }).waitFor();
  const compared = page.locator('[data-block=customerSegments]');
  await compared.getByRole('insertion').getByText('Demanding customers who pay for certainty').waitFor();
  await compared
    .getByRole('deletion')
    .getByText(segments.at(-1) ?? '')
    .waitFor();
  expect(await compared.getByRole('cell', { name: segments[0] ?? '', exact: true }).count()).toBe(2);
  await page.getByRole('link', { name: 'Swap the sides' }).click();
  await compared.getByRole('deletion').getByText('Demanding customers who pay for certainty').waitFor();
  await page.getByRole('columnheader').last().getByRole('link').click();
  await block(page, 'Channels').waitFor();
  expect(page.url().startsWith(origin)).toBe(true);

  await page.getByRole('button', { name: 'Variants' }).click();
  await panel
    .getByRole('link', { name: /Premium$/ })
    .first()
    .waitFor();
  await panel.getByRole('radio', { name: 'In your own words' }).check();
  await panel.getByRole('textbox', { name: 'In your own words' }).fill('for night shifts only');
  await panel.getByRole('button', { name: 'Write the variant' }).click();
  await page.waitForURL((url) => !url.href.startsWith(origin));
  await itemsOf(page, 'Value propositions').getByText('for night shifts only').waitFor();
});
