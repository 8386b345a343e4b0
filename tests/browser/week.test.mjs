// The page of `demo-week` as its people meet it: an hour of the week, on a desk and a phone, by day and by night, with keys alone.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { accessible, Browser, PHONE, shot } from './browser.mjs';
import { get } from './server.mjs';

const PORT = 18281;
const url = `http://week.localhost:${PORT}/`;
const root = new URL('../..', import.meta.url).pathname;
const data = mkdtempSync(join(tmpdir(), 'primetime-week-'));
const binary = process.env.BROWSER_BINARY ?? 'target/debug/primetime';
const browser = new Browser();
let demo;

before(async () => {
  await browser.start();
  const said = spawnSync(binary, ['bench-edition', '--episodes', '20', '--data', data], { cwd: root, encoding: 'utf8' });
  assert.equal(said.status, 0, said.stderr);
  // Thursday from 20:00: two are as many as the mean wants, and too few.
  const words = ['demo-week', '--from', '92', '--hours', '1', '--seconds', '6720', '--rate', '10', '--peak', '4', '--stay'];
  demo = spawn(binary, [...words, '--data', data, '--listen', `127.0.0.1:${PORT}`], { cwd: root, stdio: 'inherit' });
  for (let tries = 0; (await get(PORT, '/week.json')).status !== 200; tries += 1) {
    assert.ok(tries < 1800 && demo.exitCode === null, 'the demo runs');
    await pause(100);
  }
});
after(async () => {
  await browser.close();
  const gone = demo && new Promise((resolve) => demo.once('exit', resolve));
  demo?.kill('SIGINT');
  await gone;
  rmSync(data, { recursive: true, force: true });
});

const cell = (page, body, name, side) => page.locator(`#${body} tr`, { has: page.getByRole('rowheader', { name, exact: true }) }).locator('td').nth(side);

test('figures of both sides stand beside each other, and nobody is failed by the fleet', async () => {
  const { context, page, complaints } = await browser.viewer();
  await page.goto(url);
  for (const name of ['Viewers', 'Load, in instances’ worth', 'Forecast, half an hour ahead', 'Floor', 'Instances that serve', 'Latency, p99', 'Turned away', 'Failed']) {
    for (const side of [0, 1]) assert.match(await cell(page, 'now', name, side).innerText(), /\d|none/, name);
  }
  assert.match(await page.locator('#rule').innerText(), /capped at 10 connections a second/);
  assert.match(await page.locator('#viewers').innerText(), /10 requests a second.* stand for 300 viewers/);
  // Two are not enough for the premiere: whoever waits for more than two seconds goes.
  const told = async () => JSON.parse((await get(PORT, '/week.json')).text);
  while ((await told()).all[1].failed === 0) await pause(200);
  await page.waitForFunction(() => document.querySelectorAll('#all td.bad').length > 0);
  assert.equal(await cell(page, 'all', 'Failed', 0).innerText(), '0');
  await accessible(page, 'the week');
  await shot(page, 'week', { fullPage: true });
  assert.deepEqual(complaints, []);
  await context.close();
});

test('by night, and on a phone, nothing is cut off', async () => {
  const { context, page, complaints } = await browser.viewer({ size: PHONE, phone: true });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(url);
  await page.locator('#words li').first().waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${wide} px beyond the screen`);
  await accessible(page, 'the week by night');
  await shot(page, 'week-phone', { fullPage: true });
  assert.deepEqual(complaints, []);
  await context.close();
});

test('the page can be held, with keys alone', async () => {
  const { context, page, complaints } = await browser.viewer();
  await page.goto(url);
  await page.locator('#words li').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  assert.equal(await page.locator('#hold').getAttribute('aria-pressed'), 'true');
  await pause(1_500);
  const requests = await cell(page, 'all', 'Requests', 0).innerText();
  await pause(2_500);
  assert.equal(await cell(page, 'all', 'Requests', 0).innerText(), requests);
  await page.keyboard.press('Enter');
  await page.waitForFunction((before) => !document.querySelector('#all').innerText.includes(before), requests);
  assert.deepEqual(complaints, []);
  await context.close();
});
