import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { findChromium } from './find-chromium.ts';
import './start-platform.ts';

const recordViolations = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
  console.error('policy violation:', violatedDirective, blockedURI, sample));`;

/**
 * Opens one browser for a file. Every journey gets a context of its own, without session. A console error, an error that the
 * page does not catch, a violation of the policy, and a request to another host fail the journey.
 */
export function openBrowser() {
  let browser: Browser;
  let contexts: BrowserContext[] = [];
  let faults: string[] = [];
  const expected: RegExp[] = [];
  // A stream that breaks, for example because the machine is busy, is asked for again while the first request still runs.
  const always = [/status of 409 \(Conflict\) .*\/api\/canvas\/(generate|[^/]+\/variants)$/];

  beforeAll(async () => {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error('Chromium is missing: run npm run test:e2e.');
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
  });
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    const accepted = [...always, ...expected];
    const unexpected = faults.filter((fault) => !accepted.some((pattern) => pattern.test(fault)));
    contexts = [];
    faults = [];
    expected.length = 0;
    expect(unexpected).toEqual([]);
  });
  afterAll(() => browser.close());

  return {
    url: inject('url'),
    /** Opens the start page in a new context. */
    async open(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({
        baseURL: inject('url'),
        reducedMotion: 'reduce',
        viewport: { width: 1440, height: 900 },
        ...options,
      });
      contexts.push(context);
      context.setDefaultTimeout(60_000);
      await context.addInitScript({ content: recordViolations });
      context.on('console', (message) => {
        if (message.type() === 'error') faults.push(`console: ${message.text()} ${message.location().url}`);
      });
      context.on('weberror', (error) => faults.push(`error: ${error.error().message}`));
      context.on('request', (request) => {
        if (!request.url().startsWith(inject('url'))) faults.push(`request: ${request.url()}`);
      });
      const page = await context.newPage();
      await page.goto('/');
      return page;
    },
    /** Accepts faults that the journey causes on purpose. */
    expectFault: (pattern: RegExp) => void expected.push(pattern),
  };
}
