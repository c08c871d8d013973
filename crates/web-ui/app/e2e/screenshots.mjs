// Pictures of every page against the mock: light and dark, desktop and 400 px.
import { spawn } from "node:child_process";
import { overflowOf, SHOTS, startBrowser, watch } from "./browser.mjs";

const port = 18_080;
const origin = `http://127.0.0.1:${port}`;
const only = process.argv[2];

async function withMock(count, run) {
  const mock = spawn(process.execPath, [new URL("mock-server.mjs", import.meta.url).pathname], {
    env: { ...process.env, PORT: String(port), DEVICES: String(count) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => mock.stdout.once("data", resolve));
  try {
    await run();
  } finally {
    mock.kill();
  }
}

const browser = await startBrowser();
let failed = false;

async function shoot(page, name) {
  await page.waitForTimeout(250);
  await page.screenshot({ path: `${SHOTS}${name}.png` });
  const overflow = await overflowOf(page);
  if (overflow) {
    console.log(`${name}: scrolls sideways: ${overflow}`);
    failed = true;
  }
}

async function tour(theme, size, viewport) {
  const context = await browser.newContext({
    viewport,
    colorScheme: theme,
    deviceScaleFactor: size === "400" ? 2 : 1,
    hasTouch: size === "400",
  });
  const page = await context.newPage();
  const troubles = watch(page, origin);
  const say = (name) => `${name}-${theme}-${size}`;
  const open = async (path, ready) => {
    await page.goto(`${origin}${path}`);
    await page.locator(ready).first().waitFor();
  };
  await open("/", ".sign-in-card");
  await shoot(page, say("sign-in"));
  await open("/#code=DEMO-2468", ".table-row:not(.table-head)");
  await shoot(page, say("devices"));
  const first = async (path) => await (await page.request.get(`${origin}/api/v1${path}`)).json();
  const fleet = (await first("/devices?limit=500")).items;
  const by = (test) => fleet.find(test).mac;
  const drifted = fleet.find(
    (one) => one.drift.state === "drifted" && one.state === "online" && one.outputs.length,
  ).mac;
  await open(`/devices/${by((one) => one.outputs.length > 1 && one.state === "online")}`, ".component");
  await shoot(page, say("device"));
  await open(
    `/devices/${by((one) => one.outputs.some((output) => output.component.startsWith("cover")) && one.state === "online")}`,
    ".component",
  );
  await shoot(page, say("device-cover"));
  await open(`/devices/${drifted}?tab=settings`, ".setting");
  await shoot(page, say("device-settings"));
  await page.locator(".setting.is-drifted .setting-line").first().click();
  await page.locator(".setting-form").scrollIntoViewIfNeeded();
  await shoot(page, say("device-settings-edit"));
  await open(`/devices/${drifted}?tab=history`, ".timeline");
  await shoot(page, say("device-history"));
  await open("/inbox", ".sighting");
  await shoot(page, say("inbox"));
  await open("/drift", ".drift-item");
  await shoot(page, say("drift"));
  await open("/checks", ".drift-item");
  await shoot(page, say("checks"));
  await page.getByRole("button", { name: "Let pass" }).first().click();
  await page.locator("dialog[open]").waitFor();
  await shoot(page, say("checks-waive"));
  await page.keyboard.press("Escape");
  await open("/jobs", ".plan-line");
  await shoot(page, say("jobs"));
  const job = await (
    await page.request.post(`${origin}/api/v1/jobs`, { data: { devices: [drifted] } })
  ).json();
  await open(`/jobs/${job.id}`, ".unit");
  await shoot(page, say("job"));
  const jobs = (await first("/jobs")).items;
  await open(`/jobs/${jobs.at(-1).id}`, ".unit");
  await shoot(page, say("job-done"));
  await open("/events", ".event");
  await shoot(page, say("events"));
  for (const tab of ["layers", "groups", "credentials", "tokens"]) {
    await open(`/settings?tab=${tab}`, ".tabs");
    await page.waitForTimeout(200);
    await shoot(page, say(`settings-${tab}`));
  }
  await open("/settings", ".layer");
  await page.locator(".layer .button").first().click();
  await page.locator(".options button").first().waitFor();
  await shoot(page, say("settings-wish"));
  if (size === "400") {
    await page.locator(".tabbar > button").click();
    await shoot(page, say("menu"));
  } else {
    await page.keyboard.press("Escape");
    await page.locator("h1").click();
    await page.keyboard.press("?");
    await shoot(page, say("keys"));
  }
  for (const trouble of new Set(troubles)) {
    console.log(`${theme} ${size}: ${trouble}`);
    failed = true;
  }
  await context.close();
}

await withMock(24, async () => {
  for (const theme of ["light", "dark"]) {
    if (!only || only === theme) {
      await tour(theme, "desktop", { width: 1440, height: 900 });
      await tour(theme, "400", { width: 400, height: 860 });
    }
  }
});

await withMock(5000, async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  const started = Date.now();
  await page.goto(`${origin}/#code=DEMO-2468`);
  await page.locator(".table-row:not(.table-head)").first().waitFor();
  const firstRows = Date.now() - started;
  await page.locator(".devices-summary", { hasText: "5,000 devices" }).waitFor();
  await page.waitForFunction(
    () => !document.querySelector(".devices-summary")?.textContent?.includes("so far"),
  );
  const all = Date.now() - started;
  await page.screenshot({ path: `${SHOTS}devices-5000.png` });
  const typed = Date.now();
  await page.keyboard.press("/");
  await page.keyboard.type("kitchen 49");
  await page.waitForFunction(() =>
    /^\d+ of 5,000/.test(document.querySelector(".devices-summary")?.textContent ?? ""),
  );
  console.log(`5000 devices: first rows ${firstRows} ms, all ${all} ms, search ${Date.now() - typed} ms`);
  await page.screenshot({ path: `${SHOTS}devices-5000-search.png` });
});

await browser.close();
process.exit(failed ? 1 : 0);
