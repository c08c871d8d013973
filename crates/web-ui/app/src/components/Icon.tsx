// Line icons, drawn here, 20 by 20.
const PATHS = {
  devices: "M3.5 5.5h13v6h-13zM6 15.5h8M10 11.5v4M6 8.5h.01",
  inbox: "M3.5 11.5h3.6l1.2 2h3.4l1.2-2h3.6M3.5 11.5v4h13v-4M3.5 11.5l2-7h9l2 7",
  drift: "M3.5 7.5h11M11.5 4.5l3 3-3 3M16.5 13.5h-11M8.5 10.5l-3 3 3 3",
  plans: "M5 3.5h7l3 3v10H5zM12 3.5v3h3M7.5 11l1.6 1.6 3.2-3.4",
  checks: "M10 3.5l5.5 2v4.3c0 3.3-2.3 5.6-5.5 6.7-3.2-1.1-5.5-3.4-5.5-6.7V5.5zM7.6 10l1.8 1.8 3.2-3.4",
  events: "M10 5.5V10l3 2M16.5 10a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z",
  settings:
    "M3.5 6h7M14.5 6h2M3.5 14h2M9.5 14h7M14.5 6a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM9.5 14a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  search: "M13 13l3.5 3.5M14.5 9a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0z",
  close: "M5 5l10 10M15 5L5 15",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  chevron: "M7.5 5l5 5-5 5",
  down: "M5 7.5l5 5 5-5",
  back: "M12.5 5l-5 5 5 5",
  refresh: "M16 4.5v3.8h-3.8M15.6 8.3A6 6 0 1 0 16 11",
  plus: "M10 4v12M4 10h12",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  sun: "M13.2 10a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0zM10 3v1.2M10 15.8V17M17 10h-1.2M4.2 10H3M15 5l-.9.9M5.9 14.1L5 15M15 15l-.9-.9M5.9 5.9L5 5",
  moon: "M16 11.5A6.3 6.3 0 0 1 8.5 4a6.3 6.3 0 1 0 7.5 7.5z",
  system: "M3.5 4.5h13v9h-13zM7.5 16.5h5",
  up: "M10 15.5v-11M5.5 9l4.5-4.5L14.5 9",
  downArrow: "M10 4.5v11M5.5 11l4.5 4.5 4.5-4.5",
  stop: "M6 6h8v8H6z",
  edit: "M4 16l.7-3.2 8.6-8.6 2.5 2.5-8.6 8.6z",
  trash: "M4.5 6h11M8 6V4.2h4V6M6 6l.6 10h6.8l.6-10",
  power: "M10 3.5v6M6.3 5.8a5.6 5.6 0 1 0 7.4 0",
  warning: "M10 4l6.8 12H3.2zM10 8.5v3.5M10 14h.01",
  lock: "M5.5 9.5h9v7h-9zM7.5 9.5V7a2.5 2.5 0 0 1 5 0v2.5",
  external: "M8 5H5v10h10v-3M11.5 4.5h4v4M15.5 4.5L9.5 10.5",
  signOut: "M8.5 4.5h-4v11h4M12.5 7l3 3-3 3M15.5 10h-8",
  keyboard: "M3 6h14v8H3zM6 9h.01M9 9h.01M12 9h.01M14.5 9h.01M7 11.5h6",
  layers: "M10 4l6.5 3.5L10 11 3.5 7.5zM3.5 11l6.5 3.5 6.5-3.5",
  key: "M11.5 8.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0zM10.5 11l5.5 5.5M14 14.5l1.5-1.5",
  copy: "M7 7h9v9H7zM4 13V4h9",
  place:
    "M10 17s-5-5.2-5-8.8a5 5 0 0 1 10 0C15 11.8 10 17 10 17zM11.8 8.3a1.8 1.8 0 1 1-3.6 0 1.8 1.8 0 0 1 3.6 0z",
  groups:
    "M9.5 7.5a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM2.5 15.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M12 5.2a2.5 2.5 0 0 1 0 4.6M14 12c2 .4 3.5 1.7 3.5 3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
