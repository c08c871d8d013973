// Journeys through the built manager over a simulated fleet. `MOCK=1` runs them against the mock instead.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { overflowOf, SHOTS, startBrowser, watch } from "./browser.mjs";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const MANAGER = process.env.MANAGER_BIN ?? join(ROOT, "target/debug/shelly-manager");
const SIM = process.env.SIM_BIN ?? join(ROOT, "target/debug/shelly-sim");
const DEVICES = 24;
const SUBNET = process.env.SIM_SUBNET ?? "127.31.7.0/27";
const children = [];

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts a program and waits for a line that matches; its whole output is shown when it ends too early. */
function start(command, args, pattern, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let output = "";
    const onData = (data) => {
      output += data;
      const match = pattern.exec(output);
      if (match) resolve({ match, output: () => output });
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}:\n${output}`)));
  });
}

async function startWorld() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  if (process.env.MOCK) {
    const { match } = await start(
      process.execPath,
      [new URL("mock-server.mjs", import.meta.url).pathname],
      /#code=(\S+)/,
      { PORT: String(port), DEVICES: String(DEVICES) },
    );
    return { origin, code: match[1], close: async () => {} };
  }
  for (const program of [MANAGER, SIM]) {
    if (!existsSync(program))
      throw new Error(`${program} does not exist; build it first, or run with MOCK=1`);
  }
  const simPort = await freePort();
  const sim = await start(
    SIM,
    ["--devices", String(DEVICES), "--subnet", SUBNET, "--port", String(simPort)],
    /\d+ devices; Ctrl-C stops/,
  );
  const password = /password of the protected devices: (\S+)/.exec(sim.output())?.[1];
  const data = await mkdtemp(join(tmpdir(), "shelly-manager-e2e-"));
  const { match } = await start(
    MANAGER,
    [
      "serve",
      "--data",
      data,
      "--listen",
      `127.0.0.1:${port}`,
      "--discover",
      `${SUBNET}:${simPort}`,
      "--auto-adopt",
      "--mdns",
      "false",
      "--coiot",
      "off",
      "--poll-interval",
      "5",
    ],
    /#code=(\S+)/,
    password ? { SHELLY_MANAGER_DEVICE_PASSWORD: password } : {},
  );
  return { origin, code: match[1], close: () => rm(data, { recursive: true, force: true }) };
}

async function journeys({ origin, code }) {
  const browser = await startBrowser();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const troubles = watch(page, origin);
  const api = async (path, options) => {
    const response = await page.request.fetch(`${origin}/api/v1${path}`, options);
    assert.ok(response.ok(), `${path} answered ${response.status()}: ${await response.text()}`);
    return response.json();
  };
  const until = async (what, test, ms = 60_000) => {
    const end = Date.now() + ms;
    for (;;) {
      const result = await test();
      if (result) return result;
      if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  };
  const journey = async (name, run) => {
    const started = Date.now();
    try {
      await run();
    } catch (error) {
      await page.screenshot({ path: `${SHOTS}e2e-failed.png` });
      throw new Error(`journey “${name}” failed`, { cause: error });
    }
    console.log(`ok  ${name} (${Date.now() - started} ms)`);
  };
  const rows = page.locator(".table-row:not(.table-head)");
  let fleet = [];

  await journey("the sign-in link signs in and leaves no code behind", async () => {
    await page.goto(`${origin}/#code=${code}`);
    await page.locator("h1", { hasText: "Devices" }).waitFor();
    assert.equal(new URL(page.url()).hash, "");
  });

  await journey("the table shows every device", async () => {
    // Sleepers do not answer a scan, and a protected device may wait in the inbox for its password.
    await until(
      "the fleet to be found",
      async () => {
        const { fleet } = await api("/system");
        return fleet.devices + fleet.inbox >= DEVICES - 3 && fleet.devices >= DEVICES / 2;
      },
      120_000,
    );
    await until("the number of devices to rest", async () => {
      const before = (await api("/system")).fleet.devices;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return (await api("/system")).fleet.devices === before;
    });
    fleet = (await api("/devices?limit=500")).items;
    await page.locator(".devices-summary", { hasText: `${fleet.length} devices` }).waitFor();
    await page.screenshot({ path: `${SHOTS}e2e-devices.png` });
  });

  const single = (kind) => (device) =>
    device.state === "online" && device.outputs.length === 1 && device.outputs[0].component.startsWith(kind);
  const target = fleet.find(
    (device) => single("switch:0")(device) && device.generation >= 2 && !/heater/.test(device.name),
  );
  assert.ok(target, "the fleet has an online device with one switch");

  await journey("search answers at once and the keyboard opens a device", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type(target.mac.toLowerCase());
    await until("one row", async () => (await rows.count()) === 1);
    assert.ok((await rows.first().textContent()).includes(target.name));
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.locator(".device-head").waitFor();
    assert.equal(new URL(page.url()).pathname, `/devices/${target.mac}`);
    await page.locator("h1").click();
    await page.keyboard.press("Escape");
    await page.locator(".devices-summary").waitFor();
  });

  await journey("a switch switches, and says so", async () => {
    await page.locator('input[type="search"]').fill(target.mac);
    await until("one row", async () => (await rows.count()) === 1);
    const toggle = rows.first().getByRole("switch");
    const before = await toggle.getAttribute("aria-checked");
    await toggle.click();
    await until(
      "the toggle to flip",
      async () => (await toggle.getAttribute("aria-checked")) !== before,
      10_000,
    );
    await until("the device to have flipped", async () => {
      const now = await api(`/devices/${target.mac}/refresh`, { method: "POST" });
      return String(now.outputs[0].on) !== before;
    });
    assert.notEqual(await toggle.getAttribute("aria-checked"), before);
  });

  await journey("a wish is saved, previewed, applied and verified", async () => {
    const path = "switch:0.auto_off_delay";
    await page.goto(`${origin}/devices/${target.mac}?tab=settings`);
    await page.locator(".settings .input[type=search]").fill(path);
    const setting = page.locator(`.setting[data-path="${path}"]`);
    await setting.locator(".setting-line").click();
    await setting.locator(".setting-form .input").first().fill("soon");
    await setting.getByRole("button", { name: "Save wish" }).click();
    await setting.locator(".field-error").waitFor();
    await setting.locator(".setting-form .input").first().fill("123");
    await setting.getByRole("button", { name: "Save wish" }).click();
    await setting.locator(".badge", { hasText: "differs" }).waitFor();
    await page.screenshot({ path: `${SHOTS}e2e-wish.png` });
    await page.getByRole("button", { name: "Preview changes" }).click();
    const change = page.locator(`.change[data-path="${path}"]`);
    await change.locator(".after", { hasText: "123" }).waitFor();
    await page.screenshot({ path: `${SHOTS}e2e-job.png` });
    await page.getByRole("button", { name: /^Apply/ }).click();
    await change.locator(".change-verdict .badge", { hasText: "verified" }).waitFor({ timeout: 60_000 });
    await page.locator(".page-title .badge", { hasText: "done" }).waitFor();
    await page.screenshot({ path: `${SHOTS}e2e-job-done.png` });
    const config = await api(`/devices/${target.mac}/config`);
    const shown = config.settings.find((one) => one.path === path);
    assert.equal(shown.observed, 123);
    assert.equal(shown.drifted, false);
  });

  await journey("nothing scrolls sideways at 400 px", async () => {
    await page.setViewportSize({ width: 400, height: 860 });
    const jobs = await api("/jobs");
    const job = (jobs.items ?? jobs)[0].id;
    const places = [
      "/",
      `/devices/${target.mac}`,
      `/devices/${target.mac}?tab=settings`,
      `/devices/${target.mac}?tab=history`,
    ];
    places.push(
      "/inbox",
      "/drift",
      "/checks",
      "/jobs",
      `/jobs/${job}`,
      "/events",
      "/settings",
      "/settings?tab=groups",
    );
    places.push("/settings?tab=credentials", "/settings?tab=tokens");
    for (const place of places) {
      await page.goto(`${origin}${place}`);
      await page.locator("h1").first().waitFor();
      await page.waitForLoadState("networkidle").catch(() => {});
      await page.waitForTimeout(150);
      assert.equal(await overflowOf(page), null, place);
      await page.screenshot({ path: `${SHOTS}e2e-400${place.replace(/[^a-z]+/gi, "-")}.png` });
    }
  });

  await journey("dark follows the system, and a choice wins over it", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${origin}/`);
    await page.locator(".devices-summary").waitFor();
    const brightness = () =>
      page.evaluate(() => {
        const [r, g, b] = getComputedStyle(document.body)
          .backgroundColor.match(/[\d.]+/g)
          .map(Number);
        return (r + g + b) / 3;
      });
    assert.ok((await brightness()) > 200, "light");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.ok((await brightness()) < 60, "dark by the system");
    await page.screenshot({ path: `${SHOTS}e2e-dark.png` });
    await page.locator(".side").getByRole("button", { name: "Light" }).click();
    assert.ok((await brightness()) > 200, "light by choice");
    await page.reload();
    assert.ok((await brightness()) > 200, "the choice is kept");
  });

  await journey("signing out ends the session", async () => {
    await page.locator(".side").getByRole("button", { name: "Sign out" }).click();
    await page.locator(".sign-in-card").waitFor();
    assert.equal((await page.request.get(`${origin}/api/v1/session`)).status(), 401);
  });

  await browser.close();
  assert.deepEqual([...new Set(troubles)], [], "the browser had nothing to complain about");
}

let world;
try {
  world = await startWorld();
  await journeys(world);
  console.log("all journeys passed");
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const child of children) {
    child.removeAllListeners("exit");
    child.kill();
  }
  await world?.close();
  process.exit();
}
