// Mark and name.
export function Logo() {
  return (
    <span className="logo">
      <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" />
        <path d="M8 12.5h9.5a3.5 3.5 0 0 1 0 7H8" />
        <circle cx="22.5" cy="16" r="4" />
      </svg>
      <span>Shelly Manager</span>
    </span>
  );
}
