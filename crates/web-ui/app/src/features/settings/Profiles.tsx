// Profiles: make, see with their versions, put a former version back, remove.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { profiles as calls } from "../../api/calls";
import { keys, profileQuery, profilesQuery } from "../../api/queries";
import type { ProfileView } from "../../api/types";
import { Ago, Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { plural } from "../../lib/format";
import { useRemoval } from "./removal";

export function Profiles() {
  const client = useQueryClient();
  const profiles = useQuery(profilesQuery);
  const [name, setName] = useState("");
  const [rank, setRank] = useState("0");
  const [models, setModels] = useState("");
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState<string | null>(null);
  const refresh = () => {
    for (const key of [keys.profiles, keys.layers, keys.drift, ["config"]])
      void client.invalidateQueries({ queryKey: key });
  };
  const create = useMutation({
    mutationFn: calls.create,
    onSuccess: () => {
      setName("");
      refresh();
    },
  });
  const removal = useRemoval<ProfileView>(calls.remove, refresh);
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({
            name: name.trim(),
            rank: Number(rank) || 0,
            models: models.split(/[\s,]+/).filter(Boolean),
            query: query.trim() || null,
          });
        }}
      >
        <Field label="New profile">
          <input
            className="input"
            value={name}
            maxLength={64}
            placeholder="Stairs light"
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label="Rank">
          <input
            className="input is-short"
            inputMode="numeric"
            value={rank}
            onChange={(event) => setRank(event.target.value)}
          />
        </Field>
        <Field label="Models">
          <input
            className="input"
            value={models}
            placeholder="SNSW-001X16EU"
            spellCheck={false}
            onChange={(event) => setModels(event.target.value)}
          />
        </Field>
        <Field label="Query">
          <input
            className="input"
            value={query}
            placeholder="gen:2 location:house"
            spellCheck={false}
            onChange={(event) => setQuery(event.target.value)}
          />
        </Field>
        <Button type="submit" look="primary" busy={create.isPending} disabled={name.trim() === ""}>
          Create
        </Button>
        <p className="field-hint">
          A profile is for devices of these models that the query means, and for those that are assigned to
          it. Its wishes are stated under Wishes; each change makes a new version.
        </p>
        {create.error && <ErrorNote error={create.error} />}
      </form>
      {profiles.isPending ? (
        <Loading rows={3} />
      ) : profiles.error && !profiles.data ? (
        <ErrorNote error={profiles.error} retry={() => void profiles.refetch()} />
      ) : profiles.data.length === 0 ? (
        <Empty icon="copy" title="No profiles yet">
          <p>A profile is a named set of wishes for a kind of device, in versions.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {profiles.data.map((profile) => (
            <li key={profile.id}>
              <span className="row-text">
                <b>{profile.name}</b>
                <small>
                  {plural(profile.devices, "device")} · rank {profile.rank} ·{" "}
                  {profile.version === 0 ? "nothing wished yet" : `version ${profile.version}`}
                  {profile.models.length > 0 && ` · ${profile.models.join(", ")}`}
                  {profile.query && (
                    <>
                      {" "}
                      · <code>{profile.query}</code>
                    </>
                  )}
                </small>
                {open === profile.id && <Detail profile={profile} onChange={refresh} />}
              </span>
              <Button
                look="ghost"
                aria-expanded={open === profile.id}
                onClick={() => setOpen(open === profile.id ? null : profile.id)}
              >
                {open === profile.id ? "Less" : "More"}
              </Button>
              {removal.button(profile)}
            </li>
          ))}
        </ul>
      )}
      {removal.dialog((profile) => (
        <>All versions of the profile go with it. Its {plural(profile.devices, "device")} stay.</>
      ))}
    </div>
  );
}

function Detail({ profile, onChange }: { profile: ProfileView; onChange: () => void }) {
  const detail = useQuery(profileQuery(profile.id));
  const putBack = useMutation({
    mutationFn: (version: number) => calls.putBack(profile.id, version),
    onSuccess: onChange,
    onError: toastError,
  });
  if (detail.isPending) return <Loading rows={2} />;
  if (detail.error) return <ErrorNote error={detail.error} retry={() => void detail.refetch()} />;
  return (
    <>
      <ul className="wishes">
        {detail.data.under.slice(0, 50).map((device) => (
          <li key={device.mac}>
            <Link to="/devices/$mac" params={{ mac: device.mac }} search={{ tab: "settings" }}>
              {device.name}
            </Link>
            <span className="faint">{device.assigned ? "assigned" : "in its scope"}</span>
          </li>
        ))}
      </ul>
      <ul className="wishes">
        {detail.data.versions.map((version) => (
          <li key={version.version}>
            <span>
              Version {version.version}, {version.created_by}, <Ago at={version.created_at} />
              {version.put_back != null && ` (version ${version.put_back} put back)`}
            </span>
            {version.version === profile.version ? (
              <span className="faint">in force</span>
            ) : (
              <Button
                look="ghost"
                busy={putBack.isPending && putBack.variables === version.version}
                onClick={() => putBack.mutate(version.version)}
              >
                Put back
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
