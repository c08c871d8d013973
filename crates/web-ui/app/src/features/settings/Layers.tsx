// What is wished of the whole fleet, of locations, of groups, of profiles, and of single devices.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { layers as calls } from "../../api/calls";
import { fleetQuery, groupsQuery, keys, layersQuery, locationsQuery, profilesQuery } from "../../api/queries";
import type { LayerView, ScopeView } from "../../api/types";
import { Ago, Button, ErrorNote, Loading } from "../../components/pieces";
import { toast, toastError } from "../../components/toasts";
import { plural } from "../../lib/format";
import { OriginBadge } from "../../settings-form/OriginBadge";
import { useUnits } from "../../settings-form/useUnits";
import { originOf, showValue } from "../../settings-form/value";
import { WishForm } from "./WishForm";

const scopeId = (scope: ScopeView) => (scope.scope === "device" ? `device:${scope.mac}` : originOf(scope));

export function Layers() {
  const layers = useQuery(layersQuery);
  const groups = useQuery(groupsQuery).data ?? [];
  const locations = useQuery(locationsQuery).data ?? [];
  const profiles = useQuery(profilesQuery).data ?? [];
  if (layers.isPending) return <Loading />;
  if (layers.error && !layers.data)
    return <ErrorNote error={layers.error} retry={() => void layers.refetch()} />;
  const known = new Map((layers.data ?? []).map((layer) => [scopeId(layer.scope), layer]));
  const empty = (scope: ScopeView): LayerView => ({ scope, settings: {}, revision: 0, updated_at: null });
  const wide: LayerView[] = [
    known.get("fleet") ?? empty({ scope: "fleet" }),
    ...locations
      .toSorted((a, b) => a.around.length - b.around.length || a.name.localeCompare(b.name))
      .map(({ name }) => known.get(`location:${name}`) ?? empty({ scope: "location", name })),
    ...groups
      .toSorted((a, b) => b.rank - a.rank || a.name.localeCompare(b.name))
      .map((group) => known.get(`group:${group.name}`) ?? empty({ scope: "group", name: group.name })),
    ...profiles.map(({ name }) => known.get(`profile:${name}`) ?? empty({ scope: "profile", name })),
  ];
  const single = (layers.data ?? []).filter(
    (layer) => layer.scope.scope === "device" && Object.keys(layer.settings).length > 0,
  );
  return (
    <div className="stack">
      <p className="lead">
        A wish for a location overrules one for the fleet, and the inner location the outer one. A wish for a
        group overrules both, one for a profile all of these, and one for a device everything. What nobody
        wishes is left alone.
      </p>
      {wide.map((layer) => (
        <Layer key={scopeId(layer.scope)} layer={layer} />
      ))}
      {single.length > 0 && <SingleDevices layers={single} />}
    </div>
  );
}

function Layer({ layer }: { layer: LayerView }) {
  const client = useQueryClient();
  const [isAdding, setAdding] = useState(false);
  const entries = Object.entries(layer.settings);
  const unitOf = useUnits();
  const clear = useMutation({
    mutationFn: (path: string) => calls.change({ scope: layer.scope, clear: [path] }),
    onSuccess: (_layer, path) => {
      toast("good", `${path} is left alone now.`);
      for (const key of [keys.layers, keys.profiles, keys.drift, ["config"]])
        void client.invalidateQueries({ queryKey: key });
    },
    onError: toastError,
  });
  return (
    <section className="card layer">
      <header>
        <OriginBadge origin={originOf(layer.scope)} />
        <span className="faint">
          {plural(entries.length, "wish", "wishes")}
          {layer.updated_at && entries.length > 0 && (
            <>
              {" "}
              · changed <Ago at={layer.updated_at} />
            </>
          )}
        </span>
        {!isAdding && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add wish
          </Button>
        )}
      </header>
      {isAdding && <WishForm scope={layer.scope} onClose={() => setAdding(false)} />}
      {entries.length === 0 && !isAdding && <p className="faint">Nothing is wished here.</p>}
      {entries.length > 0 && (
        <ul className="wishes">
          {entries.map(([path, value]) => (
            <li key={path}>
              <code>{path}</code>
              <span className="value">{showValue(value, unitOf(path))}</span>
              <Button
                look="ghost"
                icon="close"
                aria-label={`Leave ${path} alone`}
                title="Leave alone again"
                busy={clear.isPending && clear.variables === path}
                onClick={() => clear.mutate(path)}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function SingleDevices({ layers }: { layers: LayerView[] }) {
  const fleet = useQuery(fleetQuery).data;
  const names = new Map((fleet?.devices ?? []).map((device) => [device.mac, device.name]));
  return (
    <section className="card layer">
      <header>
        <OriginBadge origin="device" />
        <span className="faint">{plural(layers.length, "device")} with wishes of their own</span>
      </header>
      <ul className="wishes">
        {layers.slice(0, 100).map((layer) => {
          const mac = layer.scope.scope === "device" ? layer.scope.mac : "";
          return (
            <li key={mac}>
              <Link to="/devices/$mac" params={{ mac }} search={{ tab: "settings" }}>
                {names.get(mac) ?? mac}
              </Link>
              <span className="faint">{plural(Object.keys(layer.settings).length, "wish", "wishes")}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
