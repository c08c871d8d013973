// Adds a wish for a group or the fleet: the setting by search, then its value.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useMemo, useState } from "react";
import { layers } from "../../api/calls";
import { factsQuery, keys } from "../../api/queries";
import type { ScopeView, SettingFactsView } from "../../api/types";
import { Button, ErrorNote } from "../../components/pieces";
import { toast } from "../../components/toasts";
import { RiskBadge } from "../../settings-form/RiskBadge";
import { ValueField } from "../../settings-form/ValueField";
import { parseValue, readType } from "../../settings-form/value";
import { encodeName } from "../device/resources";

const SHOWN = 8;

/** Stands for the name in the paths of resources. */
const NAME = "NAME";

export function WishForm({ scope, onClose }: { scope: ScopeView; onClose: () => void }) {
  const id = useId();
  const client = useQueryClient();
  const facts = useQuery(factsQuery);
  const [search, setSearch] = useState("");
  const [setting, setSetting] = useState<SettingFactsView | null>(null);
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [asNull, setAsNull] = useState(false);
  const [reason, setReason] = useState<string | null>(null);
  const found = useMemo(() => findFacts(facts.data ?? [], search), [facts.data, search]);
  const save = useMutation({
    mutationFn: layers.change,
    onSuccess: () => {
      toast("good", "Wish saved. Plan the changes to apply it.");
      for (const key of [keys.layers, keys.profiles, keys.drift, ["config"]])
        void client.invalidateQueries({ queryKey: key });
      onClose();
    },
  });

  if (facts.error) return <ErrorNote error={facts.error} retry={() => void facts.refetch()} />;
  const type = readType(setting?.value_type);
  return (
    <form
      className="wish-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!setting) {
          if (found[0]) setSetting(found[0]);
          return;
        }
        const parsed = asNull ? ({ ok: true, value: null } as const) : parseValue(text, type);
        if (needsName(setting) && name.trim() === "") {
          setReason("Give it a name.");
          return;
        }
        setReason(parsed.ok ? null : parsed.reason);
        if (parsed.ok) save.mutate({ scope, set: { [namedPath(setting, name)]: parsed.value } });
      }}
    >
      {setting === null ? (
        <div className="field">
          <label className="field-label" htmlFor={id}>
            Which setting
          </label>
          <input
            id={id}
            className="input"
            value={search}
            placeholder="auto off, mqtt server, time zone…"
            autoComplete="off"
            spellCheck={false}
            // biome-ignore lint/a11y/noAutofocus: opened by a click on Add wish
            autoFocus
            onChange={(event) => setSearch(event.target.value)}
          />
          <ul className="options">
            {found.slice(0, SHOWN).map((fact) => (
              <li key={fact.path}>
                <button type="button" onClick={() => setSetting(fact)}>
                  <code>{fact.path}</code>
                  <small>{fact.help}</small>
                </button>
              </li>
            ))}
            {found.length > SHOWN && <li className="faint">{found.length - SHOWN} more; type to narrow</li>}
            {facts.data && found.length === 0 && <li className="faint">No setting matches.</li>}
          </ul>
        </div>
      ) : (
        <div className="field">
          <label className="field-label" htmlFor={id}>
            <code>{setting.path}</code> <RiskBadge risk={setting.risk} />
          </label>
          <span className="field-hint">{setting.help}</span>
          {needsName(setting) && (
            <input
              className="input"
              aria-label="Name"
              placeholder={setting.path.startsWith("actions.") ? "switch-on:0" : "name"}
              value={name}
              onChange={(event) => setName(event.target.value)}
              autoComplete="off"
            />
          )}
          {!asNull && (
            <ValueField
              id={id}
              type={type}
              unit={setting.unit}
              sensitive={setting.sensitive}
              text={text}
              onText={setText}
            />
          )}
          {setting.nullable && (
            <label className="check">
              <input type="checkbox" checked={asNull} onChange={(event) => setAsNull(event.target.checked)} />{" "}
              not set (the device's default)
            </label>
          )}
          {reason && <span className="field-error">{reason}</span>}
        </div>
      )}
      {save.error && <ErrorNote error={save.error} />}
      <div className="form-actions">
        {setting && (
          <>
            <Button type="submit" look="primary" busy={save.isPending}>
              Save wish
            </Button>
            <Button onClick={() => setSetting(null)}>Another setting</Button>
          </>
        )}
        <Button look={setting ? "ghost" : "plain"} onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

/** A script, a stored value and so on is called by a name that only who wishes it knows. */
function needsName(setting: SettingFactsView): boolean {
  return setting.path.split(".")[1] === NAME;
}

function namedPath(setting: SettingFactsView, name: string): string {
  return needsName(setting)
    ? setting.path.replace(`.${NAME}.`, `.${encodeName(name.trim())}.`)
    : setting.path;
}

/** Settings that can be wished and match every word; a match in the path counts more than one in the help. */
export function findFacts(facts: SettingFactsView[], search: string): SettingFactsView[] {
  const words = search
    .toLowerCase()
    .split(/[\s_]+/)
    .filter(Boolean);
  const ranked: { fact: SettingFactsView; rank: number }[] = [];
  for (const fact of facts) {
    if (fact.read_only) continue;
    const path = fact.path.toLowerCase();
    const help = fact.help.toLowerCase();
    if (!words.every((word) => path.includes(word) || help.includes(word))) continue;
    ranked.push({ fact, rank: words.filter((word) => path.includes(word)).length });
  }
  return ranked.sort((a, b) => b.rank - a.rank).map((entry) => entry.fact);
}
