import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../src/open-browser.ts';
import { drawCanvas, itemsOf, signInAs, signInAsDemo } from '../src/steps.ts';

const { open, expectFault } = openBrowser();

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Waits until colours have changed and panels are open. */
const ended = `Promise.allSettled(document.getAnimations()
  .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
  .map((animation) => animation.finished))`;

/** Names each fault that axe finds on the page with its elements. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(ended);
  // Base UI's focus guards are hidden from screen readers and reachable by Tab, on purpose.
  const axe = new AxeBuilder({ page }).withTags(rules).exclude('[data-base-ui-focus-guard]');
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${String(target)}`));
}

/** The colours do not depend on the width, nor the layout on the theme: two forms cover both. */
const forms = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 390 },
] as const;

/** Returns a function that looks at a screen in both forms, and what it has found on all of them. */
function lookAt(page: Page) {
  const found: Record<string, string[]> = {};
  const look = async (screen: string) => {
    for (const { theme, width } of forms) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 844 });
      const faults = await faultsOf(page);
      if (await page.evaluate('document.documentElement.scrollWidth > innerWidth')) {
        faults.push('scrolls sideways');
      }
      found[`${screen}, ${theme}, ${width} px`] = faults;
    }
    await page.setViewportSize({ width: 1440, height: 844 });
  };
  return { look, found };
}

test('axe finds nothing, and nothing scrolls sideways, on any screen, wide and light, narrow and dark', async () => {
  const page = await open();
  const { look, found } = lookAt(page);
  await page.getByRole('heading', { name: /Describe a business/ }).waitFor();
  await look('start');
  await page.goto('/signin');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await look('sign-in');
  await page.goto('/forgot');
  await page.getByRole('heading', { name: 'Forgot your password?' }).waitFor();
  await look('asking for a new password');
  await page.goto(`/reset#${'x'.repeat(43)}`);
  await page.getByRole('heading', { name: 'Set a new password' }).waitFor();
  await look('setting a new password');
  await signInAsDemo(page);
  await drawCanvas(page, 'A repair café on wheels');
  await itemsOf(page, 'Channels').first().click();
  await look('canvas');
  await page.keyboard.press('Escape');
  await page
    .getByRole('button', { name: /^Actions for/ })
    .first()
    .click();
  await page.getByRole('menu').waitFor();
  await look('menu');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Suggest items for Channels' }).click();
  const panel = page.getByRole('complementary');
  await panel.getByRole('button', { name: 'Suggest' }).click();
  await panel.getByRole('checkbox').first().waitFor();
  await look('suggestions');
  await panel.getByRole('button', { name: /^Add / }).click();
  await page.getByRole('button', { name: 'Undo' }).last().waitFor();
  await page.getByRole('button', { name: 'History' }).click();
  await panel.getByRole('button', { name: /Generated/ }).click();
  await page.getByRole('deletion').first().waitFor();
  await look('history');
  await page.getByRole('button', { name: 'Findings' }).click();
  await panel.getByRole('button', { name: 'Check this canvas' }).click();
  await panel.getByRole('button', { name: 'Not a problem' }).first().click();
  await panel.getByLabel('Why is it not a problem?').waitFor();
  await look('findings');
  await page.getByRole('button', { name: 'Variants' }).click();
  await panel.getByRole('radio', { name: /^Lean/ }).waitFor();
  await look('variants');
  await panel.getByRole('button', { name: 'Write the variant' }).click();
  await page.getByRole('link', { name: /^Compare with/ }).click();
  await page.getByRole('heading', { name: 'Compare' }).waitFor();
  await page.getByRole('rowheader').first().waitFor();
  await look('comparison');
  await page.goBack();
  await page.getByRole('button', { name: 'Variants' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await look('shortcuts');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Canvases' }).click();
  await page
    .getByRole('link', { name: /repair café/i })
    .first()
    .waitFor();
  await look('canvases');
  await page
    .getByRole('button', { name: /^Actions for/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  // With the focus, which F6 moves to them, toasts stay.
  await page.keyboard.press('F6');
  await look('toast');
  await page.goto('/canvases?deleted=true');
  await page
    .getByRole('button', { name: /^Recover/ })
    .first()
    .waitFor();
  await look('deleted canvases');
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByText('calls in the last 30 days').waitFor();
  await look('account');
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((form) => [form, []])));
});

test('axe finds nothing on the panels for links and files, and on a shared canvas', async () => {
  expectFault(/status of 400 .*\/api\/shared\//);
  const page = await open();
  const { look, found } = lookAt(page);
  await signInAsDemo(page);
  await drawCanvas(page, 'A museum of lost gloves');
  const panel = page.getByRole('complementary');
  await page.getByRole('button', { name: 'Export' }).click();
  await panel.getByRole('link', { name: /^PDF/ }).waitFor();
  await look('export');
  await page.getByRole('button', { name: 'Share' }).click();
  await panel.getByRole('button', { name: 'Make a link' }).click();
  const link = await panel.getByLabel('The new link').inputValue();
  await panel.getByText('Not opened yet').waitFor();
  await look('links');
  await panel.getByRole('button', { name: /^Revoke the link/ }).click();
  await page.getByRole('alertdialog').waitFor();
  await look('revoking a link');
  await page.keyboard.press('Escape');
  await page.goto(link);
  await page.getByText('View only').waitFor();
  await look('shared canvas');
  await page.goto('/s/no-such-link');
  await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  await look('link that does not work');
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((form) => [form, []])));
});

test('axe finds nothing, and nothing scrolls sideways, on any screen and dialog of the console', async () => {
  const page = await open();
  const { look, found } = lookAt(page);
  await signInAs(page, 'the admin');
  const screens = [
    ['/console', 'Overview'],
    ['/console/providers', 'Providers'],
    ['/console/costs', 'Costs'],
    ['/console/alerts', 'Alerts'],
    ['/console/queue', 'Queue'],
    ['/console/prompts', 'Prompts'],
    ['/console/prompts/canvas.generate', 'canvas.generate'],
    ['/console/prompts/canvas.generate/compare?from=1&to=1', 'Compare versions of canvas.generate'],
    ['/console/users', 'Users'],
    ['/console/audit', 'Audit log'],
  ] as const;
  for (const [path, heading] of screens) {
    await page.goto(path);
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    await page.getByText(/^Updated/).waitFor();
    await look(path);
  }
  await page.goto('/console/users?email=demo@');
  await page.getByRole('link', { name: 'demo@valuecanvas.local' }).click();
  await page.getByRole('heading', { name: 'demo@valuecanvas.local' }).waitFor();
  await page.getByText('API keys').first().waitFor();
  await look('a user');
  for (const action of ['Change…', 'Password link…', 'Delete…']) {
    await page.getByRole('button', { name: action, exact: true }).click();
    await page.getByRole('alertdialog').waitFor();
    await look(action);
    await page.keyboard.press('Escape');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  }
  expect(found).toEqual(Object.fromEntries(Object.keys(found).map((form) => [form, []])));
});
