import type { Locator, Page } from 'playwright-core';

/** Signs in with one click as an account of the local platform, from the sign-in page. */
export async function signInAs(page: Page, account: 'the demo user' | 'the admin'): Promise<void> {
  await page.goto('/signin');
  await page.getByRole('button', { name: account }).click();
  await page.waitForURL((url) => url.pathname !== '/signin');
}

export async function signInAsDemo(page: Page): Promise<void> {
  await signInAs(page, 'the demo user');
  await page.getByRole('heading', { name: 'Canvases' }).waitFor();
}

/** Describes a business on the start page, and returns once its canvas can be edited. */
export async function drawCanvas(page: Page, description: string): Promise<void> {
  await page.goto('/');
  await page.getByLabel('Your business in a few sentences').fill(description);
  await page.getByRole('button', { name: 'Draw the canvas' }).click();
  await page.waitForURL(/\/c\//);
  await block(page, 'Key partners').getByRole('button').first().waitFor();
}

export function block(page: Page, name: string): Locator {
  return page.getByRole('region', { name, exact: true });
}

/** The toasts. Screen readers are told their texts elsewhere, so that these are on the page twice. */
export function messages(page: Page): Locator {
  return page.getByRole('region', { name: 'Messages' });
}

/** The texts of a block, as buttons to edit them. */
export function itemsOf(page: Page, name: string): Locator {
  return block(page, name).locator('[data-item]');
}

/** Adds an item and leaves its field. */
export async function addItem(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Add an item to ${name}` }).click();
  await page.keyboard.type(item);
  await page.keyboard.press('Tab');
}

/** Replaces the text of an item and leaves its field. */
export async function replaceItem(page: Page, name: string, index: number, item: string): Promise<void> {
  await itemsOf(page, name).nth(index).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(item);
  await page.keyboard.press('Tab');
}

export async function isSaved(page: Page): Promise<void> {
  await page.getByText('Saved', { exact: true }).first().waitFor();
}
