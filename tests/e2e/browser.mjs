// A browser with one page, and everything the page complained about.

import { after, afterEach, before } from "node:test";
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
  const contexts = [];
  before(async () => {
    chrome = await chromium.launch({
      executablePath: process.env.CHROME ?? "/usr/bin/chromium",
      args: (process.env.CHROME_FLAGS ?? "").split(" ").filter(Boolean),
    });
  });
  // A scene goes on for as long as its page is there, and takes the processor from the tests that follow.
  afterEach(() => Promise.all(contexts.splice(0).map(leave)));
  after(() => chrome?.close());

  return async function open() {
    // A context of its own, so that no test sees the storage of another.
    const context = await chrome.newContext();
    contexts.push(context);
    const page = await context.newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) page.complaints.push(message.text());
    });
    page.on("requestfailed", (request) => page.complaints.push(`could not load ${request.url()}: ${request.failure()?.errorText}`));
    return page;
  };
}

/** Closes a page that may be loading something. */
async function leave(context) {
  const routed = [context, ...context.pages()];
  await Promise.all(routed.map((each) => each.unrouteAll({ behavior: "ignoreErrors" })));
  await context.close();
}
