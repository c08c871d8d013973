// The fleet: search, filters, a table of any length, live.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { ApiError, messageOf } from "../../api/problem";
import { fleetQuery, groupsQuery, meantQuery } from "../../api/queries";
import type { DeviceView } from "../../api/types";
import { Icon } from "../../components/Icon";
import { Button, Empty, ErrorNote, Loading } from "../../components/pieces";
import { count, plural, watts } from "../../lib/format";
import { isTyping, useTitle } from "../../lib/hooks";
import { BulkBar } from "./BulkBar";
import { DeviceTable, type TableHandle } from "./DeviceTable";
import {
  type DeviceFilter,
  type FilterProps,
  isFiltered,
  isQuery,
  isTroubled,
  selectDevices,
} from "./filter";
import { RestartChip } from "./RestartChip";

const NONE: DeviceView[] = [];
const NOBODY: ReadonlySet<string> = new Set();

export function DevicesPage() {
  useTitle("Devices");
  const fleet = useQuery(fleetQuery);
  const filter = useSearch({ from: "/" });
  const navigate = useNavigate({ from: "/" });
  const search = useRef<HTMLInputElement>(null);
  const table = useRef<TableHandle>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());

  const setFilter = useCallback(
    (change: Partial<Record<keyof DeviceFilter, unknown>>) =>
      void navigate({
        search: (now) =>
          Object.fromEntries(Object.entries({ ...now, ...change }).filter(([, value]) => value)),
        replace: true,
      }),
    [navigate],
  );
  const [text, setText] = useSearchText(filter.q ?? "", setFilter);

  const devices = fleet.data?.devices ?? NONE;
  const query = useDeferredValue(text);
  const isAsked = isQuery(filter.q ?? "");
  const meant = useQuery({
    ...meantQuery(filter.q ?? ""),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  const found = isQuery(query) ? (meant.data ?? NOBODY) : undefined;
  const shown = useMemo(
    () => selectDevices(devices, { ...filter, q: query }, found),
    [devices, filter, query, found],
  );

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      search.current?.focus();
      search.current?.select();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="devices-page">
      <div className="devices-head">
        <div className="devices-title">
          <h1>Devices</h1>
          <Summary
            devices={devices}
            shown={shown.length}
            complete={fleet.data?.complete ?? false}
            filter={filter}
          />
        </div>
        <div className="toolbar">
          <div className="search">
            <Icon name="search" />
            <input
              ref={search}
              className="input"
              type="search"
              aria-label="Search devices"
              placeholder="Search, or gen:1 tag:kitchen fw<1.14"
              value={text}
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Escape") {
                  setText("");
                  event.currentTarget.blur();
                } else if (event.key === "ArrowDown" || event.key === "Enter") {
                  event.preventDefault();
                  table.current?.focus();
                }
              }}
            />
            <kbd title="Press / to search">/</kbd>
          </div>
          <Filters filter={filter} setFilter={setFilter} devices={devices} />
        </div>
        {isAsked && meant.error && <QueryProblem text={filter.q ?? ""} error={meant.error} />}
      </div>
      {selected.size > 0 && <BulkBar selected={selected} onClear={() => setSelected(new Set())} />}
      <Body
        fleet={fleet}
        isNarrowed={isFiltered({ ...filter, q: text })}
        onReset={() => {
          setText("");
          void navigate({ search: {}, replace: true });
        }}
        isEmpty={shown.length === 0}
      >
        <DeviceTable
          ref={table}
          devices={shown}
          filter={filter}
          setFilter={setFilter}
          selected={selected}
          setSelected={setSelected}
        />
      </Body>
    </div>
  );
}

/** What is wrong with a query, with the part that is wrong marked. */
function QueryProblem({ text, error }: { text: string; error: Error }) {
  const position = error instanceof ApiError ? error.position : undefined;
  const letters = [...text];
  const start = position ? position.column - 1 : letters.length;
  const end = start + (position?.length ?? 0);
  return (
    <p className="query-problem" role="status">
      {position && (
        <code>
          {letters.slice(0, start).join("")}
          <mark>{letters.slice(start, end).join("") || "␣"}</mark>
          {letters.slice(end).join("")}
        </code>
      )}
      <span>{messageOf(error)}</span>
    </p>
  );
}

/** Text of the search box; the address follows a little later. */
function useSearchText(fromAddress: string, setFilter: (change: { q: string }) => void) {
  const [text, setText] = useState(fromAddress);
  const sent = useRef(fromAddress);
  useEffect(() => {
    if (fromAddress !== sent.current) {
      sent.current = fromAddress;
      setText(fromAddress);
    }
  }, [fromAddress]);
  useEffect(() => {
    if (text === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text;
      setFilter({ q: text });
    }, 250);
    return () => clearTimeout(timer);
  }, [text, setFilter]);
  return [text, setText] as const;
}

function Summary({
  devices,
  shown,
  complete,
  filter,
}: {
  devices: DeviceView[];
  shown: number;
  complete: boolean;
  filter: DeviceFilter;
}) {
  const totals = useMemo(() => {
    let online = 0;
    let trouble = 0;
    let power = 0;
    for (const device of devices) {
      if (device.state === "online") {
        online++;
        power += device.power_w ?? 0;
      } else if (isTroubled(device.state)) trouble++;
    }
    return { online, trouble, power };
  }, [devices]);
  if (devices.length === 0) return null;
  return (
    <p className="devices-summary" role="status">
      <span>
        {shown === devices.length
          ? plural(devices.length, "device")
          : `${count(shown)} of ${plural(devices.length, "device")}`}
        {!complete && " so far"}
      </span>
      <span>{count(totals.online)} online</span>
      {totals.trouble > 0 && (
        <Link
          to="/"
          search={filter.state === "trouble" ? {} : { state: "trouble" }}
          className="text-bad"
          title="Offline, refusing our password, locked or replaced"
        >
          {count(totals.trouble)} in trouble
        </Link>
      )}
      <span className="summary-power">{watts(totals.power)}</span>
    </p>
  );
}

function Filters({ filter, setFilter, devices }: FilterProps) {
  const groups = useQuery(groupsQuery).data ?? [];
  const generations = useMemo(
    () => [...new Set(devices.map((device) => device.generation))].sort(),
    [devices],
  );
  return (
    <div className="filters">
      <select
        className={`select ${filter.state ? "is-set" : ""}`}
        aria-label="State"
        value={filter.state ?? ""}
        onChange={(event) => setFilter({ state: event.target.value })}
      >
        <option value="">Any state</option>
        <option value="online">Online</option>
        <option value="trouble">In trouble</option>
        <option value="offline">Offline</option>
        <option value="asleep">Asleep</option>
        <option value="unauthorized">Needs password</option>
        <option value="locked_out">Locked out</option>
        <option value="wrong_device">Wrong device</option>
      </select>
      <select
        className={`select ${filter.group ? "is-set" : ""}`}
        aria-label="Group"
        value={filter.group ?? ""}
        onChange={(event) => setFilter({ group: event.target.value })}
      >
        <option value="">Any group</option>
        {groups.map((group) => (
          <option key={group.id} value={group.name}>
            {group.name}
          </option>
        ))}
      </select>
      <select
        className={`select ${filter.gen ? "is-set" : ""}`}
        aria-label="Generation"
        value={filter.gen ?? ""}
        onChange={(event) => setFilter({ gen: Number(event.target.value) })}
      >
        <option value="">Any generation</option>
        {generations.map((generation) => (
          <option key={generation} value={generation}>
            Gen {generation}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="chip"
        aria-pressed={filter.drifted ?? false}
        onClick={() => setFilter({ drifted: !filter.drifted })}
      >
        Drifted
      </button>
      <button
        type="button"
        className="chip"
        aria-pressed={filter.update ?? false}
        onClick={() => setFilter({ update: !filter.update })}
      >
        Update on offer
      </button>
      <RestartChip filter={filter} setFilter={setFilter} devices={devices} />
    </div>
  );
}

function Body({
  fleet,
  isEmpty,
  isNarrowed,
  onReset,
  children,
}: {
  fleet: { data?: unknown; isPending: boolean; error: unknown; refetch: () => unknown };
  isEmpty: boolean;
  isNarrowed: boolean;
  onReset: () => void;
  children: React.ReactNode;
}) {
  if (fleet.data === undefined && fleet.error)
    return <ErrorNote error={fleet.error} retry={() => fleet.refetch()} />;
  if (fleet.isPending) return <Loading rows={9} />;
  if (!isEmpty) return children;
  if (isNarrowed) {
    return (
      <Empty icon="search" title="No device matches">
        <p>Search and filters leave nothing.</p>
        <Button onClick={onReset}>Show all devices</Button>
      </Empty>
    );
  }
  return (
    <Empty icon="devices" title="No devices yet">
      <p>Find the devices of your network and take them in.</p>
      <Link to="/inbox" className="button look-primary">
        <span>Start a scan</span>
      </Link>
    </Empty>
  );
}
