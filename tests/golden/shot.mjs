// Opens a brand's page as the booted image serves it, in a real browser, and keeps a picture: shot.mjs PORT FILE.png
import { createRequire } from 'node:module';

const { chromium } = createRequire(new URL('../browser/package.json', import.meta.url))('playwright-core');
const [port, file] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.goto(`http://harbour.localhost:${port}/en/`, { waitUntil: 'load', timeout: 120_000 });
console.log(`title: ${await page.title()}`);
await page.screenshot({ path: file, timeout: 120_000 });
await browser.close();
