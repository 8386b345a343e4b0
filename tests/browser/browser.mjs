// Headless Chromium, and what every test does with a page.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const axe = readFileSync(new URL('node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const shots = new URL('../../target/shots/', import.meta.url).pathname;

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export class Browser {
  #chromium;

  async start() {
    mkdirSync(shots, { recursive: true });
    this.#chromium = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--mute-audio'],
    });
  }

  // A person with a browser of their own. `complaints` gathers what the console and the network say is wrong.
  async viewer({ size = DESK, lang = 'en', phone = false } = {}) {
    const context = await this.#chromium.newContext({
      viewport: size, locale: lang, hasTouch: phone, isMobile: phone, deviceScaleFactor: phone ? 2 : 1, reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith('http') && !hostname.endsWith('.localhost')) complaints.push(`asked a third party: ${request.url()}`);
    });
    return { context, page, complaints };
  }

  close() {
    return this.#chromium?.close();
  }
}

export const shot = (page, name, options = {}) => page.screenshot({ path: `${shots}${name}.png`, ...options });

// Every rule that axe has for WCAG 2.2 A and AA; shadow roots too.
export async function accessible(page, what) {
  // As a debugger would: the pages' own policy forbids scripts of others.
  const client = await page.context().newCDPSession(page);
  await client.send('Runtime.evaluate', { expression: axe });
  const { result, exceptionDetails } = await client.send('Runtime.evaluate', {
    expression: `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations, passes }) => JSON.stringify({ passes: passes.length,
        violations: violations.map((v) => v.id + ': ' + v.help + '\\n' + v.nodes.map((n) => '  ' + n.html + '\\n  ' + n.failureSummary).join('\\n')) }))`,
    awaitPromise: true,
    returnByValue: true,
  });
  assert.equal(exceptionDetails, undefined);
  const { violations, passes } = JSON.parse(result.value);
  assert.ok(passes > 10, `${what}: axe looked at the page`);
  assert.deepEqual(violations, [], `${what}: ${violations.join('\n')}`);
}
