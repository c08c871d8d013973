// The operations of the API, one function each.
import { client, take } from "./client";
import type {
  AcceptDriftRequest,
  AgentErrandRequest,
  CancelProvisioningRequest,
  ChangeGroupRequest,
  ChangeLayerRequest,
  ChangeMembersRequest,
  ChangeVariablesRequest,
  CommandRequest,
  CreateAgentCodeRequest,
  CreateCredentialRequest,
  CreateGroupRequest,
  CreateLocationRequest,
  CreatePlacementRequest,
  CreateProfileOfDeviceRequest,
  CreateProfileRequest,
  CreateTokenRequest,
  DecideRequest,
  FixRequest,
  ImportDevicesRequest,
  JobRequest,
  PasswordJobRequest,
  ReaddressRequest,
  RestartRequest,
  SelectionRequest,
  SetDevicePasswordRequest,
  SetNetworkRequest,
  SetRepairPolicyRequest,
  StartProvisioningRequest,
  StartScanRequest,
  SweepRequest,
  UpdateDeviceRequest,
  WaiveDriftRequest,
  WaiverRequest,
} from "./types";

/** Plans on a page; older ones are rarely asked for. */
const JOBS = 200;
const at = (mac: string) => ({ params: { path: { mac } } });
const from = (cursor: string | null) => (cursor === null ? {} : { cursor });
const of = (id: string) => ({ params: { path: { id } } });

export const session = {
  get: () => take(client.GET("/api/v1/session")),
  signIn: (secret: string) => take(client.POST("/api/v1/session", { body: { secret } })),
  signOut: () => take(client.DELETE("/api/v1/session")),
};
export const system = {
  get: () => take(client.GET("/api/v1/system")),
  settings: () => take(client.GET("/api/v1/settings")),
};
export const maintenance = {
  get: () => take(client.GET("/api/v1/maintenance")),
  sweep: (body: SweepRequest) => take(client.POST("/api/v1/maintenance/sweep", { body })),
};
export const devices = {
  page: (cursor: string | null, limit: number, signal: AbortSignal) =>
    take(client.GET("/api/v1/devices", { params: { query: { ...from(cursor), limit } }, signal })),
  matching: (q: string, cursor: string | null, limit: number, signal: AbortSignal) =>
    take(client.GET("/api/v1/devices", { params: { query: { ...from(cursor), q, limit } }, signal })),
  get: (mac: string) => take(client.GET("/api/v1/devices/{mac}", at(mac))),
  update: (mac: string, body: UpdateDeviceRequest) =>
    take(client.PATCH("/api/v1/devices/{mac}", { ...at(mac), body })),
  remove: (mac: string) => take(client.DELETE("/api/v1/devices/{mac}", at(mac))),
  refresh: (mac: string) => take(client.POST("/api/v1/devices/{mac}/refresh", at(mac))),
  command: (mac: string, body: CommandRequest) =>
    take(client.POST("/api/v1/devices/{mac}/command", { ...at(mac), body })),
  restart: (body: RestartRequest) => take(client.POST("/api/v1/devices/restart", { body })),
  setPassword: (mac: string, body: SetDevicePasswordRequest) =>
    take(client.PUT("/api/v1/devices/{mac}/password", { ...at(mac), body })),
  config: (mac: string) => take(client.GET("/api/v1/devices/{mac}/config", at(mac))),
  pullConfig: (mac: string) => take(client.POST("/api/v1/devices/{mac}/config/pull", at(mac))),
  history: (mac: string, cursor: string | null) =>
    take(
      client.GET("/api/v1/devices/{mac}/config/history", {
        params: { path: { mac }, query: { ...from(cursor), limit: 50 } },
      }),
    ),
};
export const snapshots = {
  take: (mac: string) => take(client.POST("/api/v1/devices/{mac}/config/snapshot", at(mac))),
  diff: (left: string, right: string) =>
    take(client.GET("/api/v1/snapshots/diff", { params: { query: { left, right } } })),
  restore: (id: string) => take(client.POST("/api/v1/snapshots/{id}/restore", { ...of(id), body: {} })),
};
export const replacements = {
  plan: (mac: string, successor: string) =>
    take(client.POST("/api/v1/devices/{mac}/replace", { ...at(mac), body: { successor } })),
  of: (mac: string) => take(client.GET("/api/v1/devices/{mac}/replacements", at(mac))),
};
export const addresses = {
  replace: (body: ReaddressRequest) => take(client.POST("/api/v1/devices/replace-address", { body })),
};
export const layers = {
  list: () => take(client.GET("/api/v1/layers")),
  change: (body: ChangeLayerRequest) => take(client.PATCH("/api/v1/layers", { body })),
};
export const groups = {
  list: () => take(client.GET("/api/v1/groups")),
  create: (body: CreateGroupRequest) => take(client.POST("/api/v1/groups", { body })),
  change: (id: string, body: ChangeGroupRequest) =>
    take(client.PATCH("/api/v1/groups/{id}", { ...of(id), body })),
  members: (id: string, body: ChangeMembersRequest) =>
    take(client.PATCH("/api/v1/groups/{id}/members", { ...of(id), body })),
  remove: (id: string) => take(client.DELETE("/api/v1/groups/{id}", of(id))),
};
export const locations = {
  list: () => take(client.GET("/api/v1/locations")),
  create: (body: CreateLocationRequest) => take(client.POST("/api/v1/locations", { body })),
  remove: (id: string) => take(client.DELETE("/api/v1/locations/{id}", of(id))),
};
export const profiles = {
  list: () => take(client.GET("/api/v1/profiles")),
  get: (id: string) => take(client.GET("/api/v1/profiles/{id}", of(id))),
  create: (body: CreateProfileRequest) => take(client.POST("/api/v1/profiles", { body })),
  ofDevice: (body: CreateProfileOfDeviceRequest) =>
    take(client.POST("/api/v1/profiles/from-device", { body })),
  putBack: (id: string, version: number) =>
    take(client.POST("/api/v1/profiles/{id}/put-back", { ...of(id), body: { version } })),
  remove: (id: string) => take(client.DELETE("/api/v1/profiles/{id}", of(id))),
};
export const variables = {
  list: () => take(client.GET("/api/v1/variables")),
  change: (body: ChangeVariablesRequest) => take(client.PATCH("/api/v1/variables", { body })),
};
export const drift = {
  page: (cursor: string | null) =>
    take(client.GET("/api/v1/drift", { params: { query: { ...from(cursor), limit: 200 } } })),
  of: (mac: string) => take(client.GET("/api/v1/devices/{mac}/drift", at(mac))),
  check: (body: SelectionRequest) => take(client.POST("/api/v1/drift/check", { body })),
  accept: (body: AcceptDriftRequest) => take(client.POST("/api/v1/drift/accept", { body })),
  waive: (body: WaiveDriftRequest) => take(client.POST("/api/v1/drift/waive", { body })),
  waivers: () => take(client.GET("/api/v1/drift/waivers")),
  unwaive: (id: string) => take(client.DELETE("/api/v1/drift/waivers/{id}", of(id))),
};
export const repairs = {
  policies: () => take(client.GET("/api/v1/drift/policies")),
  set: (body: SetRepairPolicyRequest) => take(client.PUT("/api/v1/drift/policies", { body })),
  list: () => take(client.GET("/api/v1/drift/repairs")),
  run: () => take(client.POST("/api/v1/drift/repairs/run")),
};
export const checks = {
  findings: (device: string | undefined, waived: boolean) =>
    take(client.GET("/api/v1/findings", { params: { query: { ...(device ? { device } : {}), waived } } })),
  fix: (body: FixRequest) => take(client.POST("/api/v1/findings/fix", { body })),
  waive: (body: WaiverRequest) => take(client.POST("/api/v1/waivers", { body })),
  unwaive: (id: string) => take(client.DELETE("/api/v1/waivers/{id}", of(id))),
};
export const jobs = {
  list: async () => {
    const page = await take(client.GET("/api/v1/jobs", { params: { query: { limit: JOBS } } }));
    return page.items;
  },
  create: (body: JobRequest) => take(client.POST("/api/v1/jobs", { body })),
  get: (id: string) => take(client.GET("/api/v1/jobs/{id}", of(id))),
  approve: (id: string) => take(client.POST("/api/v1/jobs/{id}/approve", of(id))),
  start: (id: string) => take(client.POST("/api/v1/jobs/{id}/start", of(id))),
  pause: (id: string) => take(client.POST("/api/v1/jobs/{id}/pause", of(id))),
  resume: (id: string) => take(client.POST("/api/v1/jobs/{id}/resume", of(id))),
  retry: (id: string) => take(client.POST("/api/v1/jobs/{id}/retry", of(id))),
  undo: (id: string) => take(client.POST("/api/v1/jobs/{id}/undo", of(id))),
  cancel: (id: string) => take(client.POST("/api/v1/jobs/{id}/cancel", of(id))),
};
export const discovery = {
  scans: () => take(client.GET("/api/v1/discovery/scans")),
  start: (body: StartScanRequest) => take(client.POST("/api/v1/discovery/scans", { body })),
  inbox: () => take(client.GET("/api/v1/discovery/inbox")),
  adopt: (body: DecideRequest) => take(client.POST("/api/v1/discovery/inbox/adopt", { body })),
  ignore: (body: DecideRequest) => take(client.POST("/api/v1/discovery/inbox/ignore", { body })),
};
export const expected = {
  list: () => take(client.GET("/api/v1/discovery/expected")),
  import: (body: ImportDevicesRequest) => take(client.POST("/api/v1/discovery/expected/import", { body })),
  remove: (mac: string) =>
    take(client.POST("/api/v1/discovery/expected/remove", { body: { devices: [mac] } })),
};
export const agents = {
  list: () => take(client.GET("/api/v1/agents")),
  get: (id: string) => take(client.GET("/api/v1/agents/{id}", of(id))),
  createCode: (body: CreateAgentCodeRequest) => take(client.POST("/api/v1/agents/codes", { body })),
  errand: (id: string, body: AgentErrandRequest) =>
    take(client.POST("/api/v1/agents/{id}/tasks", { ...of(id), body })),
  revoke: (id: string) => take(client.POST("/api/v1/agents/{id}/revoke", of(id))),
  forget: (id: string) => take(client.DELETE("/api/v1/agents/{id}", of(id))),
  accessPoints: () => take(client.GET("/api/v1/agents/access-points")),
};
export const provisioning = {
  list: async () => {
    const page = await take(client.GET("/api/v1/provisioning", { params: { query: { limit: 50 } } }));
    return page.items;
  },
  start: (body: StartProvisioningRequest) => take(client.POST("/api/v1/provisioning", { body })),
  get: (id: string) => take(client.GET("/api/v1/provisioning/{id}", of(id))),
  cancel: (id: string, body: CancelProvisioningRequest) =>
    take(client.POST("/api/v1/provisioning/{id}/cancel", { ...of(id), body })),
};
export const placements = {
  list: () => take(client.GET("/api/v1/placements")),
  create: (body: CreatePlacementRequest) => take(client.POST("/api/v1/placements", { body })),
  remove: (id: string) => take(client.DELETE("/api/v1/placements/{id}", of(id))),
};
export const credentials = {
  list: () => take(client.GET("/api/v1/credentials")),
  create: (body: CreateCredentialRequest) => take(client.POST("/api/v1/credentials", { body })),
  remove: (id: string) => take(client.DELETE("/api/v1/credentials/{id}", of(id))),
};
export const networks = {
  list: () => take(client.GET("/api/v1/networks")),
  set: (body: SetNetworkRequest) => take(client.PUT("/api/v1/networks", { body })),
  remove: (ssid: string) => take(client.DELETE("/api/v1/networks", { params: { query: { ssid } } })),
};
export const passwords = {
  change: (body: PasswordJobRequest) => take(client.POST("/api/v1/passwords", { body })),
  reveal: (mac: string) => take(client.POST("/api/v1/devices/{mac}/password/reveal", at(mac))),
};
export const tokens = {
  list: () => take(client.GET("/api/v1/tokens")),
  create: (body: CreateTokenRequest) => take(client.POST("/api/v1/tokens", { body })),
  remove: (id: string) => take(client.DELETE("/api/v1/tokens/{id}", of(id))),
};
export const events = {
  list: (mac: string | undefined, limit: number) =>
    take(client.GET("/api/v1/events", { params: { query: { ...(mac ? { mac } : {}), limit } } })),
};
