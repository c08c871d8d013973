// The table itself: only the rows in sight exist, one row is the current one, keys move it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type Ref, useCallback, useEffect, useImperativeHandle, useRef, useState } from "react";
import { devices as calls } from "../../api/calls";
import { type Fleet, keys } from "../../api/queries";
import type { DeviceView } from "../../api/types";
import { Icon } from "../../components/Icon";
import { toastError } from "../../components/toasts";
import { watts } from "../../lib/format";
import { useMedia } from "../../lib/hooks";
import { patchFleet } from "../../live/patches";
import { DriftBadge, Firmware, Groups, Signal, StateDot, StateText, stateLook } from "./badges";
import type { DeviceFilter, Sort } from "./filter";
import { Outputs } from "./Outputs";
import { expectOutputs, lineOf, switchCommand } from "./useCommand";

const ROW_PX = 52;
const COMPACT_ROW_PX = 68;
const HEAD_PX = 40;

/** Where the table was left, so that coming back from a device finds it again. */
const left = { scrollTop: 0, mac: null as string | null, hadFocus: false };

export interface TableHandle {
  focus: () => void;
}

interface Props {
  ref: Ref<TableHandle>;
  devices: DeviceView[];
  filter: DeviceFilter;
  setFilter: (change: Partial<Record<keyof DeviceFilter, unknown>>) => void;
  selected: ReadonlySet<string>;
  setSelected: (selected: ReadonlySet<string>) => void;
}

export function DeviceTable({ ref, devices, filter, setFilter, selected, setSelected }: Props) {
  const isCompact = useMedia("(max-width: 759px)");
  const scroller = useRef<HTMLDivElement>(null);
  const [currentMac, setCurrentMac] = useState<string | null>(left.mac);
  const headPx = isCompact ? 0 : HEAD_PX;
  const rowPx = isCompact ? COMPACT_ROW_PX : ROW_PX;
  const rows = useVirtualizer({
    count: devices.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => devices[index]?.mac ?? index,
    overscan: 8,
    initialOffset: left.scrollTop,
    scrollMargin: headPx,
    scrollPaddingStart: headPx,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another row height needs a new measurement
  useEffect(() => rows.measure(), [rowPx, rows]);

  useEffect(() => {
    const element = scroller.current;
    if (left.hadFocus) element?.focus({ preventScroll: true });
    const remember = () => {
      left.scrollTop = element?.scrollTop ?? 0;
    };
    element?.addEventListener("scroll", remember, { passive: true });
    return () => element?.removeEventListener("scroll", remember);
  }, []);
  useEffect(() => {
    left.mac = currentMac;
  }, [currentMac]);

  const current = currentMac === null ? -1 : devices.findIndex((device) => device.mac === currentMac);
  useImperativeHandle(ref, () => ({
    focus: () => {
      scroller.current?.focus();
      if (current < 0) setCurrentMac(devices[0]?.mac ?? null);
    },
  }));

  const toggleSelected = useCallback(
    (mac: string) => {
      const next = new Set(selected);
      if (!next.delete(mac)) next.add(mac);
      setSelected(next);
    },
    [selected, setSelected],
  );
  const onKeyDown = useTableKeys({
    devices,
    current,
    setCurrentMac,
    rows,
    rowPx,
    scroller,
    selected,
    setSelected,
    toggleSelected,
  });
  const allSelected = selected.size > 0 && devices.every((device) => selected.has(device.mac));

  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual table cannot be made of table elements
    <div
      ref={scroller}
      className={`table ${isCompact ? "is-compact" : ""}`}
      role="grid"
      aria-label="Devices"
      aria-rowcount={devices.length + 1}
      aria-activedescendant={current >= 0 ? `row-${currentMac}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onFocus={() => {
        left.hadFocus = true;
      }}
      onBlur={(event) => {
        // Leaving the page also takes the focus away, with nothing that gets it.
        if (event.relatedTarget) left.hadFocus = false;
      }}
    >
      {!isCompact && (
        // biome-ignore lint/a11y/useSemanticElements: see above
        // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
        <div className="table-row table-head" role="row">
          {/* biome-ignore lint/a11y/useSemanticElements: see above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: the box within has the focus */}
          <div role="columnheader" className="col-select">
            <input
              type="checkbox"
              aria-label="Select all shown"
              checked={allSelected}
              onChange={() =>
                setSelected(allSelected ? new Set() : new Set(devices.map((device) => device.mac)))
              }
            />
          </div>
          <Head name="name" label="Device" filter={filter} setFilter={setFilter} />
          <Head name="state" label="State" filter={filter} setFilter={setFilter} />
          <Head label="Outputs" filter={filter} setFilter={setFilter} column="outputs" />
          <Head name="power" label="Power" filter={filter} setFilter={setFilter} descFirst />
          <Head name="signal" label="Signal" filter={filter} setFilter={setFilter} />
          <Head name="address" label="Address" filter={filter} setFilter={setFilter} />
          <Head name="firmware" label="Firmware" filter={filter} setFilter={setFilter} />
          <Head name="drift" label="Drift" filter={filter} setFilter={setFilter} descFirst />
          <Head label="Groups" filter={filter} setFilter={setFilter} column="groups" />
        </div>
      )}
      <div className="table-space" role="presentation" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map((item) => {
          const device = devices[item.index];
          if (!device) return null;
          return (
            <Row
              key={device.mac}
              device={device}
              top={item.start - headPx}
              index={item.index}
              isCompact={isCompact}
              isCurrent={device.mac === currentMac}
              isSelected={selected.has(device.mac)}
              onSelect={toggleSelected}
            />
          );
        })}
      </div>
    </div>
  );
}

function Head({
  name,
  column = name,
  label,
  filter,
  setFilter,
  descFirst = false,
}: {
  name?: Sort;
  column?: string | undefined;
  label: string;
  filter: DeviceFilter;
  setFilter: Props["setFilter"];
  descFirst?: boolean;
}) {
  if (!name) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a virtual table cannot be made of table elements
      // biome-ignore lint/a11y/useFocusableInteractive: it does nothing
      <div role="columnheader" className={`col-${column}`}>
        {label}
      </div>
    );
  }
  const isSorted = (filter.sort ?? "name") === name;
  const desc = isSorted ? !filter.desc : descFirst;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual table cannot be made of table elements
    // biome-ignore lint/a11y/useFocusableInteractive: the button within has the focus
    <div
      role="columnheader"
      className={`col-${column}`}
      aria-sort={isSorted ? (filter.desc ? "descending" : "ascending") : undefined}
    >
      <button type="button" onClick={() => setFilter({ sort: name === "name" ? undefined : name, desc })}>
        {label}
        {isSorted && <Icon name={filter.desc ? "downArrow" : "up"} size={13} />}
      </button>
    </div>
  );
}

interface RowProps {
  device: DeviceView;
  top: number;
  index: number;
  isCompact: boolean;
  isCurrent: boolean;
  isSelected: boolean;
  onSelect: (mac: string) => void;
}

const Row = memo(function Row({ device, top, index, isCompact, isCurrent, isSelected, onSelect }: RowProps) {
  const common = {
    id: `row-${device.mac}`,
    role: "row",
    "aria-rowindex": index + 2,
    "aria-selected": isSelected,
    className: `table-row ${isCurrent ? "is-current" : ""} ${isSelected ? "is-selected" : ""} is-${device.state}`,
    style: { transform: `translateY(${top}px)` },
  } as const;
  const params = { mac: device.mac };
  if (isCompact) {
    const { word } = stateLook(device);
    return (
      <div {...common}>
        <StateDot device={device} />
        <Link to="/devices/$mac" params={params} className="cell-name" tabIndex={-1} role="gridcell">
          <b className="ellipsis">{device.name}</b>
          <small className="ellipsis">
            {device.state === "online" ? (device.product ?? device.model) : (device.state_reason ?? word)}
          </small>
        </Link>
        {/* biome-ignore lint/a11y/useSemanticElements: a virtual table cannot be made of table elements */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus */}
        <div role="gridcell" className="compact-facts">
          {device.drift.state === "drifted" && <DriftBadge drift={device.drift} />}
          <span>
            {device.power_w != null && <small className="num">{watts(device.power_w)}</small>}
            <Outputs device={device} max={2} />
          </span>
        </div>
      </div>
    );
  }
  return (
    <div {...common}>
      <Cell column="select">
        <input
          type="checkbox"
          aria-label={`Select ${device.name}`}
          checked={isSelected}
          tabIndex={-1}
          onChange={() => onSelect(device.mac)}
        />
      </Cell>
      <Link to="/devices/$mac" params={params} className="col-name cell-name" tabIndex={-1} role="gridcell">
        <StateDot device={device} />
        <span>
          <b className="ellipsis">{device.name}</b>
          <small className="ellipsis">
            {(device.tags ?? []).map((tag) => (
              <span key={tag} className="tag is-small">
                {tag}
              </span>
            ))}
            {device.product ?? "Unknown product"} · {device.model}
          </small>
        </span>
      </Link>
      <Cell column="state">
        <StateText device={device} />
      </Cell>
      <Cell column="outputs">
        <Outputs device={device} />
      </Cell>
      <Cell column="power">
        {device.power_w == null ? <span className="faint">–</span> : watts(device.power_w)}
      </Cell>
      <Cell column="signal">
        <Signal dbm={device.rssi_dbm} />
      </Cell>
      <Cell column="address">
        <span className="ellipsis">{device.address.replace(/:80$/, "")}</span>
      </Cell>
      <Cell column="firmware">
        <Firmware device={device} />
      </Cell>
      <Cell column="drift">
        <DriftBadge drift={device.drift} />
      </Cell>
      <Cell column="groups">
        <Groups names={device.groups} />
      </Cell>
    </div>
  );
});

function Cell({ column, children }: { column: string; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual table cannot be made of table elements
    // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
    <div role="gridcell" className={`col-${column}`}>
      {children}
    </div>
  );
}

function useTableKeys({
  devices,
  current,
  setCurrentMac,
  rows,
  rowPx,
  scroller,
  selected,
  setSelected,
  toggleSelected,
}: {
  devices: DeviceView[];
  current: number;
  setCurrentMac: (mac: string | null) => void;
  rows: { scrollToIndex: (index: number) => void };
  rowPx: number;
  scroller: React.RefObject<HTMLDivElement | null>;
  selected: ReadonlySet<string>;
  setSelected: (selected: ReadonlySet<string>) => void;
  toggleSelected: (mac: string) => void;
}) {
  const navigate = useNavigate();
  const switchFirst = useSwitchFirst();
  return (event: React.KeyboardEvent) => {
    if (event.target !== scroller.current || event.altKey) return;
    const device = devices[current];
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowPx) / rowPx) - 2);
    const last = devices.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: current + 1,
      j: current + 1,
      ArrowUp: current - 1,
      k: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: last,
    };
    const target = moves[event.key];
    if ((event.ctrlKey || event.metaKey) && event.key === "a") {
      setSelected(new Set(devices.map((one) => one.mac)));
    } else if (event.ctrlKey || event.metaKey) {
      return;
    } else if (target !== undefined) {
      const index = Math.min(Math.max(target, 0), last);
      setCurrentMac(devices[index]?.mac ?? null);
      rows.scrollToIndex(index);
    } else if (event.key === "Enter" && device) {
      void navigate({ to: "/devices/$mac", params: { mac: device.mac } });
    } else if (event.key === " " && device) {
      switchFirst(device);
    } else if (event.key === "x" && device) {
      toggleSelected(device.mac);
    } else if (event.key === "Escape" && selected.size > 0) {
      setSelected(new Set());
    } else {
      return;
    }
    event.preventDefault();
  };
}

/** Switches the first switch or light of a device. */
function useSwitchFirst() {
  const client = useQueryClient();
  const command = useMutation({
    mutationFn: ({ device, output }: { device: DeviceView; output: DeviceView["outputs"][number] }) => {
      const request = switchCommand(output.component, output.on ? "off" : "on");
      const line = { ...device, outputs: expectOutputs(device.outputs, request) };
      client.setQueryData<Fleet>(
        keys.fleet,
        (fleet) => fleet && patchFleet(fleet, new Map([[device.mac, line]])),
      );
      return calls.command(device.mac, request);
    },
    onSuccess: (answer) => {
      client.setQueryData<Fleet>(
        keys.fleet,
        (fleet) => fleet && patchFleet(fleet, new Map([[answer.mac, lineOf(answer)]])),
      );
    },
    onError: (error, { device }) => {
      client.setQueryData<Fleet>(
        keys.fleet,
        (fleet) => fleet && patchFleet(fleet, new Map([[device.mac, device]])),
      );
      toastError(error);
    },
  });
  return (device: DeviceView) => {
    const output = device.outputs.find((one) => !one.component.startsWith("cover:"));
    if (output && device.state === "online") command.mutate({ device, output });
  };
}
