// Rules that say where new devices belong.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { placements as calls } from "../../api/calls";
import { groupsQuery, keys, locationsQuery, placementsQuery, profilesQuery } from "../../api/queries";
import type { PlacementView } from "../../api/types";
import { Dialog } from "../../components/Dialog";
import { Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { useMay } from "../../lib/may";
import { useRemoval } from "../settings/removal";
import { condition, outcome } from "./placements";

export function Placements() {
  const client = useQueryClient();
  const rules = useQuery(placementsQuery);
  const mayConfigure = useMay("configure");
  const [isAdding, setAdding] = useState(false);
  const refresh = () => void client.invalidateQueries({ queryKey: keys.placements });
  const removal = useRemoval<PlacementView>(calls.remove, refresh);
  return (
    <section className="stack" aria-label="Where new devices belong">
      <header className="provision-head">
        <h2>Where new devices belong</h2>
        {mayConfigure && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            Add a rule
          </Button>
        )}
      </header>
      {rules.isPending ? (
        <Loading rows={2} />
      ) : rules.error && !rules.data ? (
        <ErrorNote error={rules.error} retry={() => void rules.refetch()} />
      ) : rules.data.length === 0 ? (
        <Empty icon="radio" title="No rules yet">
          <p>A rule puts every new device of a model or a network where it belongs, however it was found.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {rules.data.map((rule) => (
            <li key={rule.id}>
              <span className="row-text">
                <b className="ellipsis">{rule.name}</b>
                <small>
                  {condition(rule)} → {outcome(rule)}
                </small>
              </span>
              {mayConfigure && removal.button(rule)}
            </li>
          ))}
        </ul>
      )}
      {isAdding && (
        <NewRule
          onClose={() => setAdding(false)}
          onMade={() => {
            setAdding(false);
            refresh();
          }}
        />
      )}
      {removal.dialog(() => (
        <>New devices are not placed by it any more. Those that were stay where they are.</>
      ))}
    </section>
  );
}

const NOTHING = { name: "", models: "", ssid: "", subnet: "", location: "", group: "", profile: "" };

function NewRule({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const [wish, setWish] = useState(NOTHING);
  const groups = useQuery(groupsQuery);
  const locations = useQuery(locationsQuery);
  const profiles = useQuery(profilesQuery);
  const set = (part: Partial<typeof NOTHING>) => setWish({ ...wish, ...part });
  const some = (text: string) => text.trim() || null;
  const create = useMutation({
    mutationFn: () =>
      calls.create({
        name: wish.name.trim(),
        models: wish.models.split(/[\s,]+/).filter(Boolean),
        ssid: some(wish.ssid),
        subnet: some(wish.subnet),
        location: some(wish.location),
        group: some(wish.group),
        profile: some(wish.profile),
      }),
    onSuccess: onMade,
  });
  const isWhole = wish.name.trim() !== "" && (wish.location || wish.group || wish.profile);
  const text = (label: string, part: keyof typeof NOTHING, placeholder: string, hint?: string) => (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      <input
        className="input"
        value={wish[part]}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => set({ [part]: event.target.value })}
      />
    </Field>
  );
  const choice = (
    label: string,
    part: keyof typeof NOTHING,
    known: readonly { id: string; name: string }[] | undefined,
  ) =>
    known &&
    known.length > 0 && (
      <Field label={label}>
        <select
          className="select"
          value={wish[part]}
          onChange={(event) => set({ [part]: event.target.value })}
        >
          <option value="">not by this rule</option>
          {known.map((one) => (
            <option key={one.id} value={one.name}>
              {one.name}
            </option>
          ))}
        </select>
      </Field>
    );
  return (
    <Dialog title="Add a rule" onClose={onClose}>
      <form
        className="dialog-text"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {text("Name", "name", "Plugs in the hall")}
        {text("Models", "models", "SNPL-00112EU", "Order codes; every model without one.")}
        {text("Network they joined", "ssid", "home-iot")}
        {text("Network of their address", "subnet", "192.168.7.0/24")}
        {choice("Location", "location", locations.data)}
        {choice("Group", "group", groups.data)}
        {choice("Profile", "profile", profiles.data)}
        <p className="field-hint">
          The first rule that fits and says a location decides about it, and so for group and profile.
        </p>
        {create.error && <ErrorNote error={create.error} />}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={create.isPending} disabled={!isWhole}>
            Add
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
