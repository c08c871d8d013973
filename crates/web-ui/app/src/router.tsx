// The routes, in the order of the menu. Everything but the device table is loaded on demand.
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { ErrorNote, Loading } from "./components/pieces";
import { DevicesPage } from "./features/devices/DevicesPage";
import { readDeviceFilter } from "./features/devices/filter";
import { NotFound } from "./features/shell/NotFound";
import { Shell } from "./features/shell/Shell";

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const devicesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  validateSearch: readDeviceFilter,
  component: DevicesPage,
});

export const DEVICE_TABS = ["overview", "settings", "resources", "history", "events"] as const;
export type DeviceTab = (typeof DEVICE_TABS)[number];

const deviceRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/devices/$mac",
  validateSearch: (search: Record<string, unknown>): { tab?: DeviceTab } => {
    const tab = DEVICE_TABS.find((known) => known === search.tab && known !== "overview");
    return tab ? { tab } : {};
  },
  component: lazyRouteComponent(() => import("./features/device/DevicePage"), "DevicePage"),
});

const inboxRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./features/discovery/InboxPage"), "InboxPage"),
});

const driftRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/drift",
  component: lazyRouteComponent(() => import("./features/drift/DriftPage"), "DriftPage"),
});

const checksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/checks",
  validateSearch: (search: Record<string, unknown>): { device?: string } =>
    typeof search.device === "string" && search.device !== "" ? { device: search.device } : {},
  component: lazyRouteComponent(() => import("./features/checks/ChecksPage"), "ChecksPage"),
});

const jobsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs",
  component: lazyRouteComponent(() => import("./features/jobs/JobsPage"), "JobsPage"),
});

const jobRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/jobs/$id",
  component: lazyRouteComponent(() => import("./features/jobs/JobPage"), "JobPage"),
});

const provisioningRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/provisioning",
  validateSearch: (search: Record<string, unknown>): { run?: string } =>
    typeof search.run === "string" && search.run !== "" ? { run: search.run } : {},
  component: lazyRouteComponent(() => import("./features/provisioning/ProvisioningPage"), "ProvisioningPage"),
});

const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/events",
  component: lazyRouteComponent(() => import("./features/events/EventsPage"), "EventsPage"),
});

export const SETTINGS_TABS = [
  "layers",
  "groups",
  "locations",
  "profiles",
  "variables",
  "credentials",
  "networks",
  "tokens",
  "maintenance",
] as const;
export type SettingsTab = (typeof SETTINGS_TABS)[number];

const settingsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/settings",
  validateSearch: (search: Record<string, unknown>): { tab?: SettingsTab } => {
    const tab = SETTINGS_TABS.find((known) => known === search.tab && known !== "layers");
    return tab ? { tab } : {};
  },
  component: lazyRouteComponent(() => import("./features/settings/SettingsPage"), "SettingsPage"),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  beforeLoad: () => {
    throw redirect({ to: "/", replace: true });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    devicesRoute,
    deviceRoute,
    inboxRoute,
    driftRoute,
    checksRoute,
    jobsRoute,
    jobRoute,
    provisioningRoute,
    eventsRoute,
    settingsRoute,
    signInRoute,
  ]),
  defaultPreload: "intent",
  defaultPendingComponent: () => (
    <div className="page">
      <Loading />
    </div>
  ),
  defaultErrorComponent: ({ error, reset }) => (
    <div className="page">
      <ErrorNote error={error} retry={reset} />
    </div>
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
