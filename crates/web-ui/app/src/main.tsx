// Starts the page.
import "./styles/font.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pieces.css";
import "./styles/shell.css";
import "./styles/devices.css";
import "./styles/device.css";
import "./styles/lists.css";
import "./styles/provisioning.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { whenSignedOut } from "./api/client";
import { keys, queryClient } from "./api/queries";
import { Toasts } from "./components/toasts";
import { SessionGate } from "./features/sign-in/SessionGate";
import { takeSignInCode } from "./lib/sign-in-code";
import { router } from "./router";

const code = takeSignInCode();
whenSignedOut(() => queryClient.setQueryData(keys.session, null));

// After an update of the manager the old parts are gone; the page then starts anew, but not again and again.
window.addEventListener("vite:preloadError", () => {
  const last = Number(sessionStorage.getItem("restarted") ?? 0);
  if (Date.now() - last < 30_000) return;
  sessionStorage.setItem("restarted", String(Date.now()));
  location.reload();
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <SessionGate code={code}>
          <RouterProvider router={router} />
        </SessionGate>
        <Toasts />
      </QueryClientProvider>
    </StrictMode>,
  );
}
