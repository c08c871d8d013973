// Names the API's types. Written by hand until the OpenAPI document exists.

type Maybe<T> = T | null | undefined;

export type Permission = "read" | "control" | "configure" | "admin";
export interface SessionView {
  name: string;
  permission: Permission;
}
export interface FleetOverview {
  devices: number;
  online: number;
  troubled: number;
  asleep: number;
  drifted: number;
  inbox: number;
}
export interface SystemView {
  version: string;
  database: string;
  uptime_s: number;
  fleet: FleetOverview;
}

export type DeviceState = "online" | "offline" | "asleep" | "unauthorized" | "wrong_device" | "locked_out";
export type DriftSummary =
  | { state: "unmanaged" }
  | { state: "unknown" }
  | { state: "in_sync" }
  | { state: "drifted"; count: number };
export interface OutputView {
  component: string;
  on?: Maybe<boolean>;
  percent?: Maybe<number>;
  state?: Maybe<string>;
}
export interface DeviceView {
  mac: string;
  name: string;
  model: string;
  product?: Maybe<string>;
  generation: number;
  address: string;
  firmware: string;
  update?: Maybe<string>;
  state: DeviceState;
  state_reason?: Maybe<string>;
  groups: string[];
  last_seen_at?: Maybe<string>;
  rssi_dbm?: Maybe<number>;
  power_w?: Maybe<number>;
  outputs: OutputView[];
  drift: DriftSummary;
  restart_required: boolean;
  auth_required: boolean;
}
export interface MeterReading {
  power_w?: Maybe<number>;
  voltage_v?: Maybe<number>;
  current_a?: Maybe<number>;
  power_factor?: Maybe<number>;
  frequency_hz?: Maybe<number>;
  energy_wh?: Maybe<number>;
  returned_energy_wh?: Maybe<number>;
}
export interface ComponentStatus {
  kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: a reading depends on the kind
  reading: any;
}
export interface DeviceStatus {
  components: Record<string, ComponentStatus>;
}
export interface DeviceDetail extends DeviceView {
  host_name?: Maybe<string>;
  firmware_build: string;
  profile?: Maybe<string>;
  label?: Maybe<string>;
  first_seen_at: string;
  adopted_at: string;
  poll_interval_s?: Maybe<number>;
  revision: number;
  status?: Maybe<DeviceStatus>;
  status_at?: Maybe<string>;
}
export type SwitchAction = "on" | "off" | "toggle";
export type CoverAction = "open" | "close" | "stop" | "position";
export type CommandRequest =
  | { command: "switch"; id: number; action: SwitchAction }
  | { command: "cover"; id: number; action: CoverAction; position_percent?: number }
  | { command: "light"; id: number; action?: SwitchAction; brightness_percent?: number }
  | { command: "restart" };
export interface UpdateDeviceRequest {
  label?: string;
  poll_interval_s?: number;
  address?: string;
}

export type SettingValue = unknown;
export interface OverruledView {
  origin: string;
  value: SettingValue;
}
export interface SettingView {
  path: string;
  help?: Maybe<string>;
  unit?: Maybe<string>;
  observed?: SettingValue;
  desired?: SettingValue;
  origin?: Maybe<string>;
  overruled: OverruledView[];
  drifted: boolean;
  not_applicable?: Maybe<string>;
  sensitive: boolean;
  read_only: boolean;
  risk: string;
  value_type?: unknown;
}
export interface DeviceConfigView {
  mac: string;
  observed_at?: Maybe<string>;
  settings: SettingView[];
  kept: Record<string, unknown>;
  conflicts: { path: string; wishes: OverruledView[] }[];
}
export type ScopeView =
  | { scope: "fleet" }
  | { scope: "group"; name: string }
  | { scope: "device"; mac: string };
export interface LayerView {
  scope: ScopeView;
  settings: Record<string, SettingValue>;
  revision: number;
  updated_at?: Maybe<string>;
}
export interface ChangeLayerRequest {
  scope: ScopeView;
  set?: Record<string, unknown>;
  clear?: string[];
  revision?: number;
}
export interface DriftView {
  mac: string;
  name: string;
  checked_at?: Maybe<string>;
  differences: SettingView[];
  error?: Maybe<string>;
}
export interface SnapshotView {
  id: string;
  taken_at: string;
  cause: string;
  fingerprint: string;
  changes: { path: string; before?: SettingValue; after?: SettingValue }[];
}
export interface SelectionRequest {
  devices?: string[];
  group?: string;
}
export interface GroupView {
  id: string;
  name: string;
  rank: number;
  members: number;
}
export interface CredentialView {
  id: string;
  label: string;
  user: string;
  position: number;
}
export interface TokenView {
  id: string;
  name: string;
  permission: Permission;
  created_at: string;
  last_used_at?: Maybe<string>;
  expires_at?: Maybe<string>;
}
export interface CreatedToken {
  token: string;
  info: TokenView;
}
export interface SettingFactsView {
  path: string;
  help: string;
  value_type: unknown;
  unit?: Maybe<string>;
  nullable: boolean;
  sensitive: boolean;
  write_only: boolean;
  read_only: boolean;
  restart: string;
  risk: string;
}

export type PlanState = "proposed" | "running" | "done" | "failed" | "expired" | "cancelled";
export type UnitState = "pending" | "running" | "verified" | "failed" | "blocked" | "skipped";
export type UnitCounts = Record<UnitState, number>;
export interface PlanView {
  id: string;
  created_at: string;
  created_by: string;
  expires_at: string;
  scope: string;
  state: PlanState;
  units: UnitCounts;
  changes: number;
}
export interface PlanScope {
  type: "fleet" | "group" | "device";
  name?: string;
}
export interface PlanOrigin {
  layer: string;
  scope: PlanScope;
}
export interface PlanChange {
  path: string;
  before?: SettingValue;
  after: SettingValue;
  origin: PlanOrigin;
}
export interface PlanStep {
  component: string;
  changes: PlanChange[];
  risk: string;
  may_restart: boolean;
}
export interface PlanBlocked {
  why: string;
  path: string;
  risk?: string;
  wishes?: unknown[];
}
export interface PlanReport {
  blocked: PlanBlocked[];
  not_applicable: { path: string; reason?: unknown }[];
  unmatched: unknown[];
  in_sync: number;
  restart: "no" | "possible" | "certain";
  why_empty?: Maybe<string>;
}
export interface DevicePlan {
  device: string;
  base: string;
  steps: PlanStep[];
  report: PlanReport;
}
export interface Verdict {
  verdict: string;
  got?: SettingValue;
  reason?: string;
}
export interface FieldVerdict {
  path: string;
  before?: SettingValue;
  after: SettingValue;
  verdict: Verdict;
}
export interface ApplyReport {
  outcome: { outcome: string; paths?: string[]; step?: Maybe<number>; reason?: unknown };
  verdicts: FieldVerdict[];
  disturbed: string[];
  restarted: boolean;
}
export interface PlanUnitView {
  mac: string;
  name: string;
  state: UnitState;
  reason?: Maybe<string>;
  plan?: Maybe<DevicePlan>;
  report?: Maybe<ApplyReport>;
}
export interface PlanDetail extends PlanView {
  devices: PlanUnitView[];
}

export type ScanState = "running" | "done" | "failed";
export interface ScanView {
  id: string;
  targets: string[];
  state: ScanState;
  total: number;
  probed: number;
  found: number;
  adopted: number;
  started_at: string;
  finished_at?: Maybe<string>;
  error?: Maybe<string>;
}
export type SightingState = "new" | "ignored" | "adopted";
export interface SightingView {
  mac: string;
  address: string;
  model: string;
  product?: Maybe<string>;
  generation: number;
  firmware: string;
  name?: Maybe<string>;
  auth_required: boolean;
  state: SightingState;
  note?: Maybe<string>;
  first_seen_at: string;
  last_seen_at: string;
}
export interface DecideResult {
  done: string[];
  failed: { mac: string; reason: string }[];
}
export interface EventView {
  seq: number;
  at: string;
  mac?: Maybe<string>;
  kind: string;
  message: string;
  data: unknown;
}
export type StreamMessage =
  | { type: "hello"; seq: number }
  | { type: "event"; event: EventView }
  | { type: "device"; device: DeviceView }
  | { type: "resync"; seq: number };
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  fields?: { field: string; detail: string }[];
}
export interface Page<T> {
  items: T[];
  next_cursor?: Maybe<string>;
}
