// The suite in Chromium.
import { chromium } from 'playwright-core';
import { suite } from './habitats/suite.mjs';

suite('Chromium', {
  launch: () => chromium.launch({ executablePath: process.env.CHROME, args: (process.env.CHROME_FLAGS ?? '--no-sandbox').split(' ') }),
  async visit(browser, address) {
    const page = await browser.newPage();
    page.on('pageerror', (error) => console.log(`in the page: ${error}`));
    await page.goto(address);
    await page.waitForFunction(() => 'run' in globalThis);
    return (name, ...values) => page.evaluate(([n, v]) => globalThis[n](...v), [name, values]);
  },
  end: (browser) => browser.close(),
});
