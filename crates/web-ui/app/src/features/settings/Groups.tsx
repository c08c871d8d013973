// Groups: make, see, remove.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { groups as calls } from "../../api/calls";
import { groupsQuery, keys } from "../../api/queries";
import type { GroupView } from "../../api/types";
import { Button, Empty, ErrorNote, Field, Loading } from "../../components/pieces";
import { plural } from "../../lib/format";
import { useRemoval } from "./removal";

export function Groups() {
  const client = useQueryClient();
  const groups = useQuery(groupsQuery);
  const [name, setName] = useState("");
  const [rank, setRank] = useState("0");
  const [query, setQuery] = useState("");
  const refresh = () => {
    for (const key of [keys.groups, keys.layers, keys.fleet])
      void client.invalidateQueries({ queryKey: key });
  };
  const create = useMutation({
    mutationFn: calls.create,
    onSuccess: () => {
      setName("");
      setQuery("");
      refresh();
    },
  });
  const removal = useRemoval<GroupView>(calls.remove, refresh);
  return (
    <div className="stack">
      <form
        className="card inline-form"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ name: name.trim(), rank: Number(rank) || 0, query: query.trim() || null });
        }}
      >
        <Field label="New group">
          <input
            className="input"
            value={name}
            maxLength={64}
            placeholder="Kitchen"
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
        <Field label="Members by query">
          <input
            className="input"
            value={query}
            placeholder="gen:1 location:house"
            spellCheck={false}
            onChange={(event) => setQuery(event.target.value)}
          />
        </Field>
        <Button type="submit" look="primary" busy={create.isPending} disabled={name.trim() === ""}>
          Create
        </Button>
        <p className="field-hint">
          Where two groups of a device disagree, the higher rank wins. Devices that the query means are
          members besides those taken in by hand.
        </p>
        {create.error && <ErrorNote error={create.error} />}
      </form>
      {groups.isPending ? (
        <Loading rows={3} />
      ) : groups.error && !groups.data ? (
        <ErrorNote error={groups.error} retry={() => void groups.refetch()} />
      ) : groups.data.length === 0 ? (
        <Empty icon="groups" title="No groups yet">
          <p>A group gathers devices that should share settings.</p>
        </Empty>
      ) : (
        <ul className="rows card">
          {groups.data.map((group) => (
            <li key={group.id}>
              <span className="row-text">
                <Link to="/" search={{ group: group.name }}>
                  <b>{group.name}</b>
                </Link>
                <small>
                  {plural(group.members, "device")} · rank {group.rank}
                  {group.query && (
                    <>
                      {" "}
                      · {group.by_hand} by hand, the others by <code>{group.query}</code>
                    </>
                  )}
                </small>
              </span>
              {removal.button(group)}
            </li>
          ))}
        </ul>
      )}
      {removal.dialog((group) => (
        <>The wishes of the group go with it. Its {plural(group.members, "device")} stay.</>
      ))}
    </div>
  );
}
