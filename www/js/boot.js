// Starts the page: colours before anything is drawn, then the one binary.

import init, { play } from "../app.js";

try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's colours do as well.
}

try {
  await init();
  play();
} catch (error) {
  const boot = document.getElementById("boot");
  if (boot) boot.textContent = `The runtime could not be started: ${error}. Load the page again, or use a current browser.`;
  throw error;
}

// Next time the page opens without a network as well. Not everywhere: then it just does not.
try {
  await navigator.serviceWorker?.register(new URL("../offline.js", import.meta.url), { scope: "./" });
} catch {
  // Service workers may be forbidden, and need a secure origin.
}
