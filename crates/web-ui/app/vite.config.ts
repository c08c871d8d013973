import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const manager = process.env.MANAGER_URL ?? "http://127.0.0.1:8280";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    // Strict CSP: no `data:` scripts or styles, no inline preload shim.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: { "/api": { target: manager, ws: true } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
  },
});
