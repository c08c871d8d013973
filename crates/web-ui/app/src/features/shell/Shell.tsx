// The frame around every page: menu, counts, live state, theme.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { session } from "../../api/calls";
import { keys, sessionQuery, systemQuery } from "../../api/queries";
import { Icon, type IconName } from "../../components/Icon";
import { Button, Segments } from "../../components/pieces";
import { toastError } from "../../components/toasts";
import { count } from "../../lib/format";
import { type Theme, useTheme } from "../../lib/theme";
import type { StreamState } from "../../live/stream";
import { useLive } from "../../live/useLive";
import { Logo } from "./Logo";
import { Shortcuts, useShortcuts } from "./shortcuts";

interface Entry {
  to: "/" | "/inbox" | "/drift" | "/jobs" | "/provisioning" | "/checks" | "/events" | "/settings";
  label: string;
  icon: IconName;
  badge?: number | undefined;
  tone?: string;
}

export function Shell() {
  const live = useLive();
  const system = useQuery(systemQuery);
  const fleet = system.data?.fleet;
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [menuAt, setMenuAt] = useState<string | null>(null);
  const [showKeys, setShowKeys] = useState(false);
  const openKeys = useCallback(() => setShowKeys(true), []);
  useShortcuts(openKeys);

  const entries: Entry[] = [
    { to: "/", label: "Devices", icon: "devices", badge: fleet?.devices, tone: "quiet" },
    { to: "/inbox", label: "Inbox", icon: "inbox", badge: fleet?.inbox || undefined, tone: "info" },
    { to: "/drift", label: "Drift", icon: "drift", badge: fleet?.drifted || undefined, tone: "warn" },
    { to: "/jobs", label: "Jobs", icon: "plans" },
    { to: "/provisioning", label: "Provisioning", icon: "radio" },
    { to: "/checks", label: "Checks", icon: "checks" },
    { to: "/events", label: "Events", icon: "events" },
    { to: "/settings", label: "Settings", icon: "settings" },
  ];
  const isMenuOpen = menuAt === path;

  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <nav className="side" aria-label="Main">
        <Logo />
        <MenuLinks entries={entries} path={path} />
        <Foot live={live} version={system.data?.version} onKeys={openKeys} />
      </nav>
      <main id="main" className="main" tabIndex={-1} onPointerDownCapture={() => setMenuAt(null)}>
        <Outlet />
      </main>
      <nav className="tabbar" aria-label="Main, short">
        <MenuLinks entries={entries.slice(0, 4)} path={path} />
        <button
          type="button"
          className={`menu-link ${["/provisioning", "/checks", "/events", "/settings"].includes(path) ? "is-active" : ""}`}
          aria-expanded={isMenuOpen}
          onClick={() => setMenuAt(isMenuOpen ? null : path)}
        >
          <Icon name="more" size={20} />
          <span>More</span>
        </button>
      </nav>
      {isMenuOpen && (
        <div className="more-sheet">
          <MenuLinks entries={entries.slice(4)} path={path} />
          <Foot live={live} version={system.data?.version} onKeys={openKeys} />
        </div>
      )}
      {showKeys && <Shortcuts onClose={() => setShowKeys(false)} />}
    </div>
  );
}

function MenuLinks({ entries, path }: { entries: Entry[]; path: string }) {
  return (
    <ul className="menu">
      {entries.map((entry) => {
        const isActive =
          entry.to === "/" ? path === "/" || path.startsWith("/devices") : path.startsWith(entry.to);
        return (
          <li key={entry.to}>
            <Link
              to={entry.to}
              className={`menu-link ${isActive ? "is-active" : ""}`}
              aria-current={isActive ? "page" : undefined}
            >
              <Icon name={entry.icon} size={20} />
              <span>{entry.label}</span>
              {entry.badge !== undefined && (
                <b className={`menu-badge tone-${entry.tone}`}>{count(entry.badge)}</b>
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

const LIVE_TEXT: Record<StreamState, string> = {
  live: "Live",
  connecting: "Connecting",
  lost: "Reconnecting",
};

function Foot({
  live,
  version,
  onKeys,
}: {
  live: StreamState;
  version: string | undefined;
  onKeys: () => void;
}) {
  const [theme, setTheme] = useTheme();
  const client = useQueryClient();
  const who = useQuery(sessionQuery).data;
  const signOut = useMutation({
    mutationFn: session.signOut,
    onSuccess: () => {
      client.setQueryData(keys.session, null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    },
    onError: toastError,
  });
  return (
    <div className="foot">
      <div className="foot-row">
        <span className={`live is-${live}`} role="status">
          {LIVE_TEXT[live]}
        </span>
        <Segments<Theme>
          label="Theme"
          value={theme}
          onChange={setTheme}
          options={[
            { value: "light", label: <Icon name="sun" size={16} />, title: "Light" },
            { value: "system", label: <Icon name="system" size={16} />, title: "As the system" },
            { value: "dark", label: <Icon name="moon" size={16} />, title: "Dark" },
          ]}
        />
      </div>
      <div className="foot-row">
        <span className="who" title={who ? `Signed in as ${who.name}, may ${who.permission}` : ""}>
          {who?.name}
          <small>{version ? `v${version}` : ""}</small>
        </span>
        <Button
          look="ghost"
          icon="keyboard"
          className="foot-keys"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={onKeys}
        />
        <Button
          look="ghost"
          icon="signOut"
          aria-label="Sign out"
          title="Sign out"
          busy={signOut.isPending}
          onClick={() => signOut.mutate()}
        />
      </div>
    </div>
  );
}
