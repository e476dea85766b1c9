// Starts the page: colours before anything is drawn, then the program.

import init, { play } from "../app.js";

try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's colours do as well.
}

// Next time the page opens without a network as well, once all of it was loaded. Not everywhere: then it just does not.
addEventListener("whole", async () => {
  try {
    await navigator.serviceWorker?.register(new URL("../offline.js", import.meta.url), { scope: "./" });
  } catch {
    // Service workers may be forbidden, and need a secure origin.
  }
});

try {
  await init();
  play();
} catch (error) {
  const boot = document.getElementById("boot");
  if (boot) boot.textContent = `The runtime could not be started: ${error}. Load the page again, or use a current browser.`;
  throw error;
}
