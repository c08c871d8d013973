// Locations: make, see, remove.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { locations as calls } from "../../api/calls";
import { keys, locationsQuery } from "../../api/queries";
import type { LocationView } from "../../api/types";
import { Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { plural } from "../../lib/format";
import { useRemoval } from "./removal";

const pathOf = ({ name, around }: LocationView) => [...around.toReversed(), name].join(" / ");

export function Locations() {
  const client = useQueryClient();
  const locations = useQuery(locationsQuery);
  const [name, setName] = useState("");
  const [parent, setParent] = useState("");
  const [zone, setZone] = useState("");
  const refresh = () => {
    for (const key of [keys.locations, keys.layers, keys.fleet])
      void client.invalidateQueries({ queryKey: key });
  };
  const create = useMutation({
    mutationFn: calls.create,
    onSuccess: () => {
      setName("");
      refresh();
    },
  });
  const removal = useRemoval<LocationView>(calls.remove, refresh);
  const known = (locations.data ?? []).toSorted((a, b) => pathOf(a).localeCompare(pathOf(b)));
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name: name.trim(), parent: parent || null, time_zone: zone.trim() || null });
        }}
      >
        <Field label="New location">
          <input
            className="input"
            value={name}
            maxLength={64}
            placeholder="House"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Within">
          <select className="select" value={parent} onChange={(event) => setParent(event.target.value)}>
            <option value="">nothing</option>
            {known.map((location) => (
              <option key={location.id} value={location.name}>
                {pathOf(location)}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Time zone">
          <input
            className="input"
            value={zone}
            placeholder="Europe/Vienna"
            spellCheck={false}
            onChange={(event) => setZone(event.target.value)}
          />
        </Field>
        <Button type="submit" look="primary" busy={create.isPending} disabled={name.trim() === ""}>
          Create
        </Button>
        <p className="field-hint">A device is in one location. The wishes of the inner one are stronger.</p>
        {create.error && <ErrorNote error={create.error} />}
      </form>
      {locations.isPending ? (
        <Loading rows={3} />
      ) : locations.error && !locations.data ? (
        <ErrorNote error={locations.error} retry={() => void locations.refetch()} />
      ) : known.length === 0 ? (
        <Empty icon="place" title="No locations yet">
          <p>A location says where devices are, and what they should share because of it.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {known.map((location) => (
            <li key={location.id}>
              <span className="row-text">
                <Link to="/" search={{ q: `location:"${location.name.replace(/["\\]/g, "\\$&")}"` }}>
                  <b>{pathOf(location)}</b>
                </Link>
                <small>
                  {plural(location.devices, "device")}
                  {location.time_zone && ` · ${location.time_zone}`}
                </small>
              </span>
              {removal.button(location)}
            </li>
          ))}
        </ul>
      )}
      {removal.dialog((location) => (
        <>The wishes of the location go with it. Its {plural(location.devices, "device")} stay.</>
      ))}
    </div>
  );
}
