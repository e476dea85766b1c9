// Starts the page: colours before anything is drawn, then the program.

import init, { play } from "../app.js";

try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's colours do as well.
}

// Next time the page opens without a network as well. Not everywhere: then it just does not.
let isKept = false;
async function keep() {
  if (isKept) return;
  isKept = true;
  try {
    await navigator.serviceWorker?.register(new URL("../offline.js", import.meta.url), { scope: "./" });
  } catch {
    // Service workers may be forbidden, and need a secure origin.
  }
}

try {
  await init();
  play();
  // Watching needs no more than was loaded; who reaches for something will want the rest of the program next.
  const reach = () => dispatchEvent(new Event("reach"));
  for (const sign of ["pointermove", "pointerdown", "keydown", "focusin"]) addEventListener(sign, reach, { once: true });
  addEventListener("whole", keep);
  setTimeout(keep, 3_000); // nothing else is to wait for it
} catch (error) {
  const boot = document.getElementById("boot");
  if (boot) boot.textContent = `The runtime could not be started: ${error}. Load the page again, or use a current browser.`;
  throw error;
}
