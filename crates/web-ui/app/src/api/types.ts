// Short names for the types of the API, which are generated from its OpenAPI document.
import type { components } from "./schema";

type Schemas = components["schemas"];

export type AcceptDriftRequest = Schemas["AcceptDriftRequest"];
export type AccessPointView = Schemas["AccessPointView"];
export type AgentErrandRequest = Schemas["AgentErrandRequest"];
export type AgentState = Schemas["AgentState"];
export type AgentView = Schemas["AgentView"];
export type ApplyReport = Schemas["ApplyReport"];
export type CancelProvisioningRequest = Schemas["CancelProvisioningRequest"];
export type ChangeGroupRequest = Schemas["ChangeGroupRequest"];
export type ChangeLayerRequest = Schemas["ChangeLayerRequest"];
export type ChangeMembersRequest = Schemas["ChangeMembersRequest"];
export type ChangeVariablesRequest = Schemas["ChangeVariablesRequest"];
export type CommandRequest = Schemas["CommandRequest"];
export type ComponentStatus = Schemas["ComponentStatus"];
export type CreateAgentCodeRequest = Schemas["CreateAgentCodeRequest"];
export type CreateCredentialRequest = Schemas["CreateCredentialRequest"];
export type CreateGroupRequest = Schemas["CreateGroupRequest"];
export type CreateLocationRequest = Schemas["CreateLocationRequest"];
export type CreatePlacementRequest = Schemas["CreatePlacementRequest"];
export type CreateProfileRequest = Schemas["CreateProfileRequest"];
export type CreateTokenRequest = Schemas["CreateTokenRequest"];
export type CreatedToken = Schemas["CreatedToken"];
export type CredentialView = Schemas["CredentialView"];
export type DecideRequest = Schemas["DecideRequest"];
export type DecideResult = Schemas["DecideResult"];
export type DeviceConfigView = Schemas["DeviceConfigView"];
export type SnapshotChange = Schemas["SnapshotChange"];
export type DeviceDetail = Schemas["DeviceDetail"];
export type DeviceState = Schemas["DeviceState"];
export type DeviceToProvisionRequest = Schemas["DeviceToProvisionRequest"];
export type DeviceView = Schemas["DeviceView"];
export type DifferenceView = Schemas["DifferenceView"];
export type DriftSummary = Schemas["DriftSummary"];
export type DriftView = Schemas["DriftView"];
export type EventView = Schemas["EventView"];
export type ExpectedView = Schemas["ExpectedView"];
export type Fate = Schemas["Fate"];
export type FieldVerdict = Schemas["FieldVerdict"];
export type FindingView = Schemas["FindingView"];
export type FixRequest = Schemas["FixRequest"];
export type GroupView = Schemas["GroupView"];
export type LayerView = Schemas["LayerView"];
export type LocationView = Schemas["LocationView"];
export type MeterReading = Schemas["MeterReading"];
export type OfflineReason = Schemas["OfflineReason"];
export type OutputView = Schemas["OutputView"];
export type Permission = Schemas["Permission"];
export type PlacementView = Schemas["PlacementView"];
export type PlanBlocked = Schemas["Blocked"];
export type MemoryFinding = Schemas["MemoryFinding"];
export type PlanChange = Schemas["Change"];
export type ImportDevicesRequest = Schemas["ImportDevicesRequest"];
export type ImportDevicesResult = Schemas["ImportDevicesResult"];
export type ImportEffect = Schemas["ImportEffect"];
export type JobDetail = Schemas["JobDetail"];
export type PlanOrigin = Schemas["Origin"];
export type JobRequest = Schemas["JobRequest"];
export type JobState = Schemas["JobState"];
export type JobUnitView = Schemas["JobUnitView"];
export type JobView = Schemas["JobView"];
export type MaintenanceView = Schemas["MaintenanceView"];
export type LoadView = Schemas["LoadView"];
export type RingView = Schemas["RingView"];
export type WaitView = Schemas["WaitView"];
export type CreateProfileOfDeviceRequest = Schemas["CreateProfileOfDeviceRequest"];
export type ProfileOfDeviceView = Schemas["ProfileOfDeviceView"];
export type ProfileView = Schemas["ProfileView"];
export type ProvisioningDetail = Schemas["ProvisioningDetail"];
export type ProvisioningView = Schemas["ProvisioningView"];
export type Problem = Schemas["Problem"];
export type RuleFindingsView = Schemas["RuleFindingsView"];
export type RuleView = Schemas["RuleView"];
export type ScanView = Schemas["ScanView"];
export type ScopeView = Schemas["ScopeView"];
export type RepairCause = Schemas["Cause"];
export type RepairMode = Schemas["RepairMode"];
export type RepairPolicyView = Schemas["RepairPolicyView"];
export type RepairRulesView = Schemas["RepairRulesView"];
export type RemovedView = Schemas["RemovedView"];
export type RepairView = Schemas["RepairView"];
export type ReaddressRequest = Schemas["ReaddressRequest"];
export type ReaddressView = Schemas["ReaddressView"];
export type RestartRequest = Schemas["RestartRequest"];
export type RestartResult = Schemas["RestartResult"];
export type ScoreView = Schemas["ScoreView"];
export type SelectionRequest = Schemas["SelectionRequest"];
export type SetDevicePasswordRequest = Schemas["SetDevicePasswordRequest"];
export type SettingFactsView = Schemas["SettingFactsView"];
export type SettingValue = Schemas["SettingValue"];
export type SettingView = Schemas["SettingView"];
export type Severity = Schemas["Severity"];
export type SightingSource = Schemas["SightingSource"];
export type SightingState = Schemas["SightingState"];
export type SightingView = Schemas["SightingView"];
export type StartProvisioningRequest = Schemas["StartProvisioningRequest"];
export type RetentionView = Schemas["RetentionView"];
export type StartScanRequest = Schemas["StartScanRequest"];
export type SweepRequest = Schemas["SweepRequest"];
export type SweepResult = Schemas["SweepResult"];
export type SuccessionView = Schemas["SuccessionView"];
export type TaskView = Schemas["TaskView"];
export type TokenView = Schemas["TokenView"];
export type TransferField = Schemas["TransferField"];
export type UnitState = Schemas["UnitState"];
export type UpdateDeviceRequest = Schemas["UpdateDeviceRequest"];
export type VariablesScope = Schemas["VariablesScope"];
export type WaiveDriftRequest = Schemas["WaiveDriftRequest"];
export type WaiverRequest = Schemas["WaiverRequest"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}

/** The parts of a device's line that come from its newest reading; they take the place of those before. */
export type ReadingView = Pick<
  DeviceView,
  "mac" | "last_seen_at" | "update" | "update_beta" | "rssi_dbm" | "power_w"
> & { outputs?: DeviceView["outputs"] };

/** A frame of the live stream, which OpenAPI has no words for. */
export type StreamMessage =
  | { type: "hello"; seq: number }
  | { type: "event"; event: EventView }
  | { type: "device"; device: DeviceView }
  | { type: "readings"; readings: ReadingView[] }
  | { type: "resync"; seq: number };
export type PasswordJobRequest = Schemas["PasswordJobRequest"];
export type SetRepairPolicyRequest = Schemas["SetRepairPolicyRequest"];
export type SetNetworkRequest = Schemas["SetNetworkRequest"];
