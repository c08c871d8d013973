// Wishes for many devices, groups, credentials, tokens.
import { Link, useSearch } from "@tanstack/react-router";
import { PageHead } from "../../components/pieces";
import { useTitle } from "../../lib/hooks";
import { SETTINGS_TABS, type SettingsTab } from "../../router";
import { Credentials } from "./Credentials";
import { Groups } from "./Groups";
import { Layers } from "./Layers";
import { Locations } from "./Locations";
import { Maintenance } from "./Maintenance";
import { Networks } from "./Networks";
import { Profiles } from "./Profiles";
import { Tokens } from "./Tokens";
import { Variables } from "./Variables";

const WORDS: Record<SettingsTab, string> = {
  layers: "Wishes",
  groups: "Groups",
  locations: "Locations",
  profiles: "Profiles",
  variables: "Variables",
  credentials: "Credentials",
  networks: "Networks",
  tokens: "API tokens",
  maintenance: "Kept",
};

export function SettingsPage() {
  useTitle("Settings");
  const { tab = "layers" } = useSearch({ from: "/settings" });
  return (
    <div className="page">
      <PageHead title="Settings" />
      <nav className="tabs" aria-label="Parts of the settings">
        {SETTINGS_TABS.map((name) => (
          <Link
            key={name}
            to="/settings"
            search={name === "layers" ? {} : { tab: name }}
            className={name === tab ? "is-active" : ""}
            aria-current={name === tab ? "page" : undefined}
            replace
          >
            {WORDS[name]}
          </Link>
        ))}
      </nav>
      {tab === "layers" && <Layers />}
      {tab === "groups" && <Groups />}
      {tab === "locations" && <Locations />}
      {tab === "profiles" && <Profiles />}
      {tab === "variables" && <Variables />}
      {tab === "credentials" && <Credentials />}
      {tab === "networks" && <Networks />}
      {tab === "tokens" && <Tokens />}
      {tab === "maintenance" && <Maintenance />}
    </div>
  );
}
