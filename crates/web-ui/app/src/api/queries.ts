// What is read from the API, by the key under which it is kept.
import { QueryClient, queryOptions } from "@tanstack/react-query";
import * as api from "./calls";
import { ApiError } from "./problem";
import type { DeviceView, Page } from "./types";

/** Devices on a page of the list; the greatest the API allows. */
const PAGE = 500;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && (!(error instanceof ApiError) || error.status === 503),
    },
  },
});

/** The whole fleet. `complete` is false while pages are still on their way. */
export interface Fleet {
  devices: DeviceView[];
  complete: boolean;
}

export const keys = {
  session: ["session"] as const,
  system: ["system"] as const,
  fleet: ["fleet"] as const,
  meant: (q: string) => ["fleet-meant", q] as const,
  device: (mac: string) => ["device", mac] as const,
  config: (mac: string) => ["config", mac] as const,
  history: (mac: string) => ["history", mac] as const,
  groups: ["groups"] as const,
  locations: ["locations"] as const,
  profiles: ["profiles"] as const,
  profile: (id: string) => ["profiles", id] as const,
  layers: ["layers"] as const,
  variables: ["variables"] as const,
  facts: ["facts"] as const,
  drift: ["drift"] as const,
  deviceDrift: (mac: string) => ["drift", mac] as const,
  policies: ["repair-policies"] as const,
  repairs: ["repairs"] as const,
  findings: ["findings"] as const,
  jobs: ["jobs"] as const,
  job: (id: string) => ["job", id] as const,
  scans: ["scans"] as const,
  inbox: ["inbox"] as const,
  expected: ["expected"] as const,
  agents: ["agents"] as const,
  agent: (id: string) => ["agents", id] as const,
  placements: ["placements"] as const,
  accessPoints: ["access-points"] as const,
  provisionings: ["provisionings"] as const,
  provisioning: (id: string) => ["provisioning", id] as const,
  credentials: ["credentials"] as const,
  networks: ["networks"] as const,
  tokens: ["tokens"] as const,
  maintenance: ["maintenance"] as const,
  events: ["events"] as const,
  deviceEvents: (mac: string) => ["events", mac] as const,
};

/** Follows the cursors to the end. */
async function all<T>(page: (cursor: string | null) => Promise<Page<T>>, max = 10_000): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const next: Page<T> = await page(cursor);
    items.push(...next.items);
    cursor = next.next_cursor ?? null;
  } while (cursor !== null && items.length < max);
  return items;
}

/** The MACs of the devices that a query means. */
export const meantQuery = (q: string) =>
  queryOptions({
    queryKey: keys.meant(q),
    queryFn: async ({ signal }) => {
      const found = await all((cursor) => api.devices.matching(q, cursor, PAGE, signal), 100_000);
      return new Set(found.map((device) => device.mac));
    },
    retry: (count, error) => count < 2 && !(error instanceof ApiError),
    refetchInterval: 15_000,
  });

export const sessionQuery = queryOptions({
  queryKey: keys.session,
  queryFn: async () => {
    try {
      return await api.session.get();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export const systemQuery = queryOptions({
  queryKey: keys.system,
  queryFn: api.system.get,
  refetchInterval: 60_000,
});

/** Loads page after page and shows each as it comes, so that the first rows are there at once. */
export const fleetQuery = queryOptions({
  queryKey: keys.fleet,
  queryFn: async ({ signal, client }): Promise<Fleet> => {
    const isFirst = client.getQueryData<Fleet>(keys.fleet) === undefined;
    const devices: DeviceView[] = [];
    let cursor: string | null = null;
    for (;;) {
      const page: Page<DeviceView> = await api.devices.page(
        cursor,
        cursor === null && isFirst ? 100 : PAGE,
        signal,
      );
      devices.push(...page.items);
      cursor = page.next_cursor ?? null;
      if (cursor === null) return { devices, complete: true };
      if (isFirst) client.setQueryData<Fleet>(keys.fleet, { devices: [...devices], complete: false });
    }
  },
  staleTime: 60_000,
  gcTime: Number.POSITIVE_INFINITY,
});

export const deviceQuery = (mac: string) =>
  queryOptions({ queryKey: keys.device(mac), queryFn: () => api.devices.get(mac), staleTime: 5_000 });
export const configQuery = (mac: string) =>
  queryOptions({ queryKey: keys.config(mac), queryFn: () => api.devices.config(mac) });
export const historyQuery = (mac: string) =>
  queryOptions({
    queryKey: keys.history(mac),
    queryFn: () => all((cursor) => api.devices.history(mac, cursor), 200),
  });
export const replacementsQuery = (mac: string) =>
  queryOptions({ queryKey: [...keys.device(mac), "replacements"], queryFn: () => api.replacements.of(mac) });
export const groupsQuery = queryOptions({ queryKey: keys.groups, queryFn: api.groups.list });
export const locationsQuery = queryOptions({ queryKey: keys.locations, queryFn: api.locations.list });
export const profilesQuery = queryOptions({ queryKey: keys.profiles, queryFn: api.profiles.list });
export const profileQuery = (id: string) =>
  queryOptions({ queryKey: keys.profile(id), queryFn: () => api.profiles.get(id) });
export const variablesQuery = queryOptions({ queryKey: keys.variables, queryFn: api.variables.list });
export const layersQuery = queryOptions({ queryKey: keys.layers, queryFn: api.layers.list });
export const factsQuery = queryOptions({
  queryKey: keys.facts,
  queryFn: api.system.settings,
  staleTime: Number.POSITIVE_INFINITY,
});
export const driftQuery = queryOptions({ queryKey: keys.drift, queryFn: () => all(api.drift.page) });
export const deviceDriftQuery = (mac: string) =>
  queryOptions({ queryKey: keys.deviceDrift(mac), queryFn: () => api.drift.of(mac) });
export const policiesQuery = queryOptions({ queryKey: keys.policies, queryFn: api.repairs.policies });
export const repairsQuery = queryOptions({
  queryKey: keys.repairs,
  queryFn: api.repairs.list,
  refetchInterval: 30_000,
});
export const expectedQuery = queryOptions({ queryKey: keys.expected, queryFn: api.expected.list });
export const findingsQuery = (device: string | undefined, waived: boolean) =>
  queryOptions({
    queryKey: [...keys.findings, device ?? "", waived],
    queryFn: () => api.checks.findings(device, waived),
    staleTime: 0,
  });
export const jobsQuery = queryOptions({ queryKey: keys.jobs, queryFn: api.jobs.list });
export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: keys.job(id),
    queryFn: () => api.jobs.get(id),
    refetchInterval: (query) =>
      query.state.data?.state === "running" || query.state.data?.state === "scheduled" ? 1_000 : false,
  });
export const scansQuery = queryOptions({
  queryKey: keys.scans,
  queryFn: api.discovery.scans,
  refetchInterval: (query) => (query.state.data?.some((scan) => scan.state === "running") ? 1_000 : false),
});
export const inboxQuery = queryOptions({ queryKey: keys.inbox, queryFn: api.discovery.inbox });
export const maintenanceQuery = queryOptions({
  queryKey: keys.maintenance,
  queryFn: api.maintenance.get,
});
export const networksQuery = queryOptions({ queryKey: keys.networks, queryFn: api.networks.list });
export const agentsQuery = queryOptions({
  queryKey: keys.agents,
  queryFn: api.agents.list,
  refetchInterval: 30_000,
});
export const agentQuery = (id: string) =>
  queryOptions({ queryKey: keys.agent(id), queryFn: () => api.agents.get(id), refetchInterval: 15_000 });
export const placementsQuery = queryOptions({ queryKey: keys.placements, queryFn: api.placements.list });
export const accessPointsQuery = queryOptions({
  queryKey: keys.accessPoints,
  queryFn: api.agents.accessPoints,
  refetchInterval: 15_000,
});
export const provisioningsQuery = queryOptions({
  queryKey: keys.provisionings,
  queryFn: api.provisioning.list,
});
export const provisioningQuery = (id: string) =>
  queryOptions({
    queryKey: keys.provisioning(id),
    queryFn: () => api.provisioning.get(id),
    refetchInterval: (query) => {
      const counts = query.state.data?.counts;
      return counts && counts.waiting + counts.running > 0 ? 1_000 : false;
    },
  });
export const credentialsQuery = queryOptions({ queryKey: keys.credentials, queryFn: api.credentials.list });
export const tokensQuery = queryOptions({ queryKey: keys.tokens, queryFn: api.tokens.list });
export const eventsQuery = (mac?: string) =>
  queryOptions({
    queryKey: mac ? keys.deviceEvents(mac) : keys.events,
    queryFn: () => api.events.list(mac, mac ? 100 : 300),
  });
