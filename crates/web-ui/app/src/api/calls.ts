// The operations of the API, one function each.
import { request } from "./client";
import type {
  ChangeLayerRequest,
  CommandRequest,
  CreatedToken,
  CredentialView,
  DecideResult,
  DeviceConfigView,
  DeviceDetail,
  DeviceView,
  DriftView,
  EventView,
  GroupView,
  LayerView,
  Page,
  Permission,
  PlanDetail,
  PlanView,
  ScanView,
  SelectionRequest,
  SessionView,
  SettingFactsView,
  SightingView,
  SnapshotView,
  SystemView,
  TokenView,
  UpdateDeviceRequest,
} from "./types";

const seg = encodeURIComponent;
const get = <T>(
  path: string,
  query?: Parameters<typeof request>[2] extends infer O ? (O extends { query?: infer Q } ? Q : never) : never,
  signal?: AbortSignal,
) => request<T>("GET", path, { ...(query ? { query } : {}), ...(signal ? { signal } : {}) });
const send = <T>(method: string, path: string, body?: unknown) => request<T>(method, path, { body });

export const session = {
  get: () => get<SessionView>("/session"),
  signIn: (secret: string) => send<SessionView>("POST", "/session", { secret }),
  signOut: () => send<void>("DELETE", "/session"),
};
export const system = {
  get: () => get<SystemView>("/system"),
  settings: () => get<SettingFactsView[]>("/settings"),
};
export const devices = {
  page: (cursor: string | null, limit: number, signal?: AbortSignal) =>
    get<Page<DeviceView>>("/devices", { cursor, limit }, signal),
  get: (mac: string) => get<DeviceDetail>(`/devices/${seg(mac)}`),
  update: (mac: string, body: UpdateDeviceRequest) =>
    send<DeviceDetail>("PATCH", `/devices/${seg(mac)}`, body),
  remove: (mac: string) => send<void>("DELETE", `/devices/${seg(mac)}`),
  refresh: (mac: string) => send<DeviceDetail>("POST", `/devices/${seg(mac)}/refresh`),
  command: (mac: string, body: CommandRequest) =>
    send<DeviceDetail>("POST", `/devices/${seg(mac)}/command`, body),
  setPassword: (mac: string, body: { user?: string; password: string }) =>
    send<unknown>("PUT", `/devices/${seg(mac)}/password`, body),
  config: (mac: string) => get<DeviceConfigView>(`/devices/${seg(mac)}/config`),
  pullConfig: (mac: string) => send<DeviceConfigView>("POST", `/devices/${seg(mac)}/config/pull`),
  history: (mac: string, cursor: string | null) =>
    get<Page<SnapshotView>>(`/devices/${seg(mac)}/config/history`, { cursor, limit: 50 }),
};
export const layers = {
  list: () => get<LayerView[]>("/layers"),
  change: (body: ChangeLayerRequest) => send<LayerView>("PATCH", "/layers", body),
};
export const groups = {
  list: () => get<GroupView[]>("/groups"),
  create: (body: { name: string; rank?: number }) => send<GroupView>("POST", "/groups", body),
  members: (id: string, body: { add?: string[]; remove?: string[] }) =>
    send<unknown>("PATCH", `/groups/${seg(id)}/members`, body),
  remove: (id: string) => send<void>("DELETE", `/groups/${seg(id)}`),
};
export const drift = {
  page: (cursor: string | null) => get<Page<DriftView>>("/drift", { cursor, limit: 200 }),
  check: (body: SelectionRequest) => send<unknown>("POST", "/drift/check", body),
};
export const plans = {
  list: () => get<Page<PlanView> | PlanView[]>("/plans").then(items),
  create: (body: SelectionRequest) => send<PlanDetail>("POST", "/plans", body),
  get: (id: string) => get<PlanDetail>(`/plans/${seg(id)}`),
  apply: (id: string) => send<PlanView>("POST", `/plans/${seg(id)}/apply`),
  cancel: (id: string) => send<unknown>("POST", `/plans/${seg(id)}/cancel`),
};
export const discovery = {
  scans: () => get<Page<ScanView> | ScanView[]>("/discovery/scans").then(items),
  start: (body: { targets: string[]; adopt?: boolean }) => send<ScanView>("POST", "/discovery/scans", body),
  inbox: () => get<Page<SightingView> | SightingView[]>("/discovery/inbox").then(items),
  adopt: (body: { devices?: string[]; all?: boolean }) =>
    send<DecideResult>("POST", "/discovery/inbox/adopt", body),
  ignore: (body: { devices?: string[]; all?: boolean }) =>
    send<DecideResult>("POST", "/discovery/inbox/ignore", body),
};
export const credentials = {
  list: () => get<CredentialView[]>("/credentials"),
  create: (body: { label: string; user?: string; password: string }) =>
    send<CredentialView>("POST", "/credentials", body),
  remove: (id: string) => send<void>("DELETE", `/credentials/${seg(id)}`),
};
export const tokens = {
  list: () => get<TokenView[]>("/tokens"),
  create: (body: { name: string; permission: Permission; expires_in_days?: number }) =>
    send<CreatedToken>("POST", "/tokens", body),
  remove: (id: string) => send<void>("DELETE", `/tokens/${seg(id)}`),
};
export const events = {
  list: (query: { mac?: string | undefined; limit?: number }) =>
    get<Page<EventView> | EventView[]>("/events", query).then(items),
};

function items<T>(answer: Page<T> | T[]): T[] {
  return Array.isArray(answer) ? answer : answer.items;
}
