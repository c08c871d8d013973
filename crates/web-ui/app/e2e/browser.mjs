// Starts Chromium for journeys and pictures.
import { mkdir } from "node:fs/promises";
import { chromium } from "playwright-core";

export const SHOTS = new URL("../../../../target/screenshots/", import.meta.url).pathname;

export async function startBrowser() {
  await mkdir(SHOTS, { recursive: true });
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Collects what must not happen: script errors, refused requests, requests elsewhere. */
export function watch(page, origin) {
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(`script error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
      troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith("data:") && !url.startsWith("blob:"))
      troubles.push(`request elsewhere: ${url}`);
  });
  return troubles;
}

/** The page must not scroll sideways. */
export async function overflowOf(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) {
      const main = document.querySelector(".main");
      if (!main || main.scrollWidth <= main.clientWidth) return null;
    }
    const wide = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > width + 1,
    );
    return (
      wide
        .slice(0, 5)
        .map((element) => `${element.tagName}.${element.className}`)
        .join(", ") || "unknown"
    );
  });
}
