// A browser with one page, and everything the page complained about.

import { after, before } from "node:test";
import { chromium } from "playwright-core";

/** Where `cargo xtask test e2e` serves the playground. */
export const playground = process.env.PLAYGROUND ?? "http://127.0.0.1:8080/";

/**
 * Opens the browser before the tests of a file and closes it after them.
 *
 * @returns a function that opens a fresh page, with `page.complaints` filling up as errors appear
 */
export function browser() {
  let chrome;
  before(async () => {
    chrome = await chromium.launch({
      executablePath: process.env.CHROME ?? "/usr/bin/chromium",
      args: (process.env.CHROME_FLAGS ?? "").split(" ").filter(Boolean),
    });
  });
  after(() => chrome?.close());

  return async function open() {
    // A context of its own, so that no test sees the storage of another.
    const page = await (await chrome.newContext()).newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
    });
    page.on("requestfailed", (request) => page.complaints.push(`could not load ${request.url()}`));
    return page;
  };
}
